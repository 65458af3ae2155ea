%% A token goes around a ring of processes; see bench/savina/threadring.cpp.
-module(savina_threadring).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{actors => 100, hops => 2000000}.

run(#{actors := Actors, hops := Hops}) ->
    Run = savina_run:new(Actors),
    [First | Others] = Ring = [spawn(fun() -> link_of_ring(Run, Actors) end)
                               || _ <- lists:seq(1, Actors)],
    Begin = savina_run:start(),
    lists:foreach(fun({Process, Next}) -> Process ! {neighbor, Next} end,
                  lists:zip(Ring, Others ++ [First])),
    First ! {token, Hops},
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => 2 * Actors + Hops + 1, seconds => Seconds, verified => Sum =:= Hops + 1}.

link_of_ring(Run, Actors) ->
    receive
        {neighbor, Next} -> link_of_ring(Run, Actors, Next, 0)
    end.

link_of_ring(Run, Actors, Next, Tokens) ->
    receive
        {token, 0} ->
            Next ! {leave, Actors - 1},
            link_of_ring(Run, Actors, Next, Tokens + 1);
        {token, HopsLeft} ->
            Next ! {token, HopsLeft - 1},
            link_of_ring(Run, Actors, Next, Tokens + 1);
        {leave, 0} ->
            savina_run:report(Run, Tokens);
        {leave, Left} ->
            Next ! {leave, Left - 1},
            savina_run:report(Run, Tokens)
    end.
