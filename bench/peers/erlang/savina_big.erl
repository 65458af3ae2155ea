%% Many processes ping each other at random; see bench/savina/big.cpp.
-module(savina_big).
-behaviour(savina_erlang).
-export([parameters/0, run/1]).

parameters() -> #{n => 20000, actors => 120}.

run(#{n := N, actors := Actors}) ->
    Run = savina_run:new(Actors),
    Sink = spawn(fun sink/0),
    Peers = [spawn(fun() -> peer(Run, Number, Sink, N) end) || Number <- lists:seq(0, Actors - 1)],
    Neighbors = {neighbors, list_to_tuple(Peers)},
    Begin = savina_run:start(),
    Sink ! Neighbors,
    lists:foreach(fun(Peer) -> Peer ! Neighbors end, Peers),
    lists:foreach(fun(Peer) -> Peer ! {pong, -1} end, Peers),
    {Sum, Seconds} = savina_run:wait(Run, Begin),
    #{messages => 2 * N * Actors + 4 * Actors + 1, seconds => Seconds,
      verified => Sum =:= N * Actors}.

sink() ->
    receive
        {neighbors, Peers} -> sink(Peers, tuple_size(Peers))
    end.

sink(Peers, 0) ->
    lists:foreach(fun(Peer) -> Peer ! leave end, tuple_to_list(Peers));
sink(Peers, Missing) ->
    receive
        leave -> sink(Peers, Missing - 1)
    end.

%% Its number is also the first of its random numbers; the first pong says that it is from -1.
peer(Run, Number, Sink, N) ->
    receive
        {neighbors, Neighbors} -> peer(Run, Number, Sink, N, Neighbors, Number, -1, 0)
    end.

peer(Run, Number, Sink, Left, Neighbors, Random, Expected, Pings) ->
    receive
        {ping, From} ->
            element(From + 1, Neighbors) ! {pong, Number},
            peer(Run, Number, Sink, Left, Neighbors, Random, Expected, Pings + 1);
        {pong, Expected} when Left > 0 ->
            Next = (Random * 1309 + 13849) band 16#ffff,
            To = Next rem tuple_size(Neighbors),
            element(To + 1, Neighbors) ! {ping, Number},
            peer(Run, Number, Sink, Left - 1, Neighbors, Next, To, Pings);
        {pong, Expected} ->
            Sink ! leave,
            peer(Run, Number, Sink, Left, Neighbors, Random, Expected, Pings);
        {pong, Other} ->
            error({pong_came_from, Other, instead_of, Expected});
        leave ->
            savina_run:report(Run, Pings)
    end.
