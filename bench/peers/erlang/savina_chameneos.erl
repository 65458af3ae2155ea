%% Creatures meet in pairs, through one process; see bench/savina/chameneos.cpp.
-module(savina_chameneos).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 100, meetings => 200000}.

run(#{n := N, meetings := Meetings}) ->
    Run = savina_run:new(1),
    Begin = savina_run:start(),
    spawn(fun() -> mall(Run, N, Meetings) end),
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => 4 * Meetings + 3 * N, seconds => Seconds, verified => Sum =:= 2 * Meetings}.

mall(Run, N, Meetings) ->
    Mall = self(),
    lists:foreach(fun(I) ->
                      Color = element(I rem 3 + 1, {red, yellow, blue}),
                      spawn(fun() -> creature(Mall, Color) end)
                  end, lists:seq(0, N - 1)),
    Sum = open_mall(N, Meetings, none),
    savina_run:report(Run, Sum).

open_mall(N, 0, none) ->
    closed_mall(N, 0);
open_mall(N, MeetingsLeft, none) ->
    receive
        {meet, Creature, _} -> open_mall(N, MeetingsLeft, Creature)
    end;
open_mall(N, MeetingsLeft, Waiting) ->
    receive
        {meet, _, _} = Meet ->
            Waiting ! Meet,
            open_mall(N, MeetingsLeft - 1, none)
    end.

closed_mall(0, Sum) ->
    Sum;
closed_mall(Creatures, Sum) ->
    receive
        {meet, Creature, _} ->
            Creature ! {leave, self()},
            closed_mall(Creatures, Sum);
        {meetings, Count} ->
            closed_mall(Creatures - 1, Sum + Count)
    end.

creature(Mall, Color) ->
    Mall ! {meet, self(), Color},
    creature(Mall, Color, 0).

creature(Mall, Color, Meetings) ->
    receive
        {meet, Other, OthersColor} ->
            New = complement(Color, OthersColor),
            Other ! {change, New},
            Mall ! {meet, self(), New},
            creature(Mall, New, Meetings + 1);
        {change, New} ->
            Mall ! {meet, self(), New},
            creature(Mall, New, Meetings + 1);
        {leave, From} ->
            From ! {meetings, Meetings}
    end.

complement(Color, Color) -> Color;
complement(red, yellow) -> blue;
complement(red, blue) -> yellow;
complement(yellow, red) -> blue;
complement(yellow, blue) -> red;
complement(blue, red) -> yellow;
complement(blue, yellow) -> red.
