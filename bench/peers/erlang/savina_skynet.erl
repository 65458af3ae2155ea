%% A tree of processes, ten children each; see bench/savina/skynet.cpp.
-module(savina_skynet).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

-define(CHILDREN, 10).

parameters() -> #{size => 1000000}.

run(#{size := Leaves}) ->
    Run = savina_run:new(1),
    Root = spawn(fun() -> node_of_tree({root, Run}) end),
    Begin = savina_run:start(),
    Root ! {start, 0, Leaves},
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    Actors = (?CHILDREN * Leaves - 1) div (?CHILDREN - 1),
    #{messages => 2 * Actors - 1, seconds => Seconds,
      verified => Sum =:= Leaves * (Leaves - 1) div 2}.

node_of_tree(Parent) ->
    receive
        {start, First, 1} ->
            finish(Parent, First);
        {start, First, Leaves} ->
            make_children(self(), First, Leaves div ?CHILDREN, ?CHILDREN),
            add_results(Parent, ?CHILDREN, 0)
    end.

make_children(_, _, _, 0) ->
    ok;
make_children(Self, First, Below, Left) ->
    spawn(fun() -> node_of_tree(Self) end) ! {start, First, Below},
    make_children(Self, First + Below, Below, Left - 1).

add_results(Parent, 0, Sum) ->
    finish(Parent, Sum);
add_results(Parent, Missing, Sum) ->
    receive
        {result, Value} -> add_results(Parent, Missing - 1, Sum + Value)
    end.

finish({root, Run}, Sum) -> savina_run:report(Run, Sum);
finish(Parent, Sum) -> Parent ! {result, Sum}.
