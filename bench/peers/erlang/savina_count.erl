%% One process floods another and asks how many messages there were; see bench/savina/count.cpp.
-module(savina_count).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 3000000}.

run(#{n := N}) ->
    Run = savina_run:new(1),
    Counter = spawn(fun() -> counter(0) end),
    Producer = spawn(fun() -> producer(Run, Counter, N) end),
    Begin = savina_run:start(),
    Producer ! increment,
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => N + 3, seconds => Seconds, verified => Sum =:= N}.

counter(Count) ->
    receive
        increment -> counter(Count + 1);
        {retrieve, From} -> From ! {result, Count}
    end.

producer(Run, Counter, N) ->
    receive
        increment ->
            flood(Counter, N),
            Counter ! {retrieve, self()},
            producer(Run, Counter, N);
        {result, Count} ->
            savina_run:report(Run, Count)
    end.

flood(_, 0) ->
    ok;
flood(Counter, Left) ->
    Counter ! increment,
    flood(Counter, Left - 1).
