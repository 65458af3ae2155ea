%% From a process that is none of the workers, n messages go to each of some processes; see
%% bench/savina/fjthrput.cpp.
-module(savina_fjthrput).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 20000, actors => 60}.

run(#{n := N, actors := Actors}) ->
    Run = savina_run:new(Actors),
    Angle = savina_compute:angle(),
    %% Off the heap: the sender is faster than they are, and a collector that copies a long queue again and
    %% again would make this ten times slower and more.
    Options = [{message_queue_data, off_heap}],
    Workers = [spawn_opt(fun() -> worker(Run, Angle, N, 0) end, Options)
               || _ <- lists:seq(1, Actors)],
    Begin = savina_run:start(),
    send_rounds(Workers, N),
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => N * Actors, seconds => Seconds, verified => Sum =:= N * Actors}.

send_rounds(_, 0) ->
    ok;
send_rounds(Workers, Left) ->
    send_round(Workers),
    send_rounds(Workers, Left - 1).

send_round([]) ->
    ok;
send_round([Worker | Others]) ->
    Worker ! job,
    send_round(Others).

worker(Run, _, N, N) ->
    savina_run:report(Run, N);
worker(Run, Angle, N, Jobs) ->
    receive
        job ->
            savina_compute:compute(Angle),
            worker(Run, Angle, N, Jobs + 1)
    end.
