%% The n-th Fibonacci number, by a tree of processes; see bench/savina/fib.cpp.
-module(savina_fib).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 25}.

run(#{n := N}) ->
    Run = savina_run:new(1),
    Root = spawn(fun() -> node_of_tree({root, Run}) end),
    Begin = savina_run:start(),
    Root ! {request, N},
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    Expected = fibonacci(N, 0, 1),
    #{messages => 2 * (2 * Expected - 1) - 1, seconds => Seconds, verified => Sum =:= Expected}.

node_of_tree(Parent) ->
    receive
        {request, N} when N =< 2 ->
            finish(Parent, 1);
        {request, N} ->
            Self = self(),
            spawn(fun() -> node_of_tree(Self) end) ! {request, N - 1},
            spawn(fun() -> node_of_tree(Self) end) ! {request, N - 2},
            add_responses(Parent, 2, 0)
    end.

add_responses(Parent, 0, Sum) ->
    finish(Parent, Sum);
add_responses(Parent, Missing, Sum) ->
    receive
        {response, Value} -> add_responses(Parent, Missing - 1, Sum + Value)
    end.

finish({root, Run}, Sum) -> savina_run:report(Run, Sum);
finish(Parent, Sum) -> Parent ! {response, Sum}.

fibonacci(1, _, Result) -> Result;
fibonacci(N, Previous, Result) -> fibonacci(N - 1, Result, Previous + Result).
