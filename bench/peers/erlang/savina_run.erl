%% The clock of a run, and what its processes report. A report is no message, as it is none in savina.
-module(savina_run).
-export([new/1, report/2, start/0, wait/2]).

-define(SUM, 1).
-define(MISSING, 2).

%% The run ends with the last of that many reports.
new(Reports) ->
    Numbers = atomics:new(2, [{signed, true}]),
    atomics:put(Numbers, ?MISSING, Reports),
    {self(), Numbers}.

%% A process's result, at its end.
report({Owner, Numbers}, Value) ->
    atomics:add(Numbers, ?SUM, Value),
    case atomics:sub_get(Numbers, ?MISSING, 1) of
        0 -> Owner ! {finished, erlang:monotonic_time()}, ok;
        _ -> ok
    end.

%% Right before the first send.
start() ->
    erlang:monotonic_time().

%% Waits for all reports: the sum of their values, and the seconds since the start.
wait({_, Numbers}, Begin) ->
    receive
        {finished, End} ->
            Nanoseconds = erlang:convert_time_unit(End - Begin, native, nanosecond),
            {atomics:get(Numbers, ?SUM), Nanoseconds / 1.0e9}
    end.
