%% From a process that is none of the workers, n processes are made and sent one message each; see
%% bench/savina/fjcreate.cpp.
-module(savina_fjcreate).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 100000}.

run(#{n := N}) ->
    Run = savina_run:new(N),
    Angle = savina_compute:angle(),
    Begin = savina_run:start(),
    create(Run, Angle, N),
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => N, seconds => Seconds, verified => Sum =:= N}.

create(_, _, 0) ->
    ok;
create(Run, Angle, Left) ->
    Worker = spawn(fun() -> worker(Run, Angle) end),
    Worker ! job,
    create(Run, Angle, Left - 1).

worker(Run, Angle) ->
    receive
        job ->
            savina_compute:compute(Angle),
            savina_run:report(Run, 1)
    end.
