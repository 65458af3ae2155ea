%% Two processes send each other n pings and pongs; see bench/savina/pingpong.cpp.
-module(savina_pingpong).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 1000000}.

run(#{n := N}) ->
    Run = savina_run:new(2),
    Ponger = spawn(fun() -> ponger(Run, 0) end),
    Pinger = spawn(fun() -> pinger(Run, Ponger, N, 0) end),
    Begin = savina_run:start(),
    Pinger ! start,
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => 3 * N + 1, seconds => Seconds, verified => Sum =:= 2 * N}.

pinger(Run, Ponger, Left, Pongs) ->
    receive
        start ->
            Ponger ! {ping, self()},
            pinger(Run, Ponger, Left - 1, Pongs);
        next ->
            Ponger ! {ping, self()},
            pinger(Run, Ponger, Left - 1, Pongs);
        pong when Left > 0 ->
            self() ! next,
            pinger(Run, Ponger, Left, Pongs + 1);
        pong ->
            Ponger ! stop,
            savina_run:report(Run, Pongs + 1)
    end.

ponger(Run, Pings) ->
    receive
        {ping, From} ->
            From ! pong,
            ponger(Run, Pings + 1);
        stop ->
            savina_run:report(Run, Pings)
    end.
