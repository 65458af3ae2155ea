%% Nine of savina's workloads on Erlang/OTP, with savina's options and output:
%%   erl +S WORKERS:WORKERS +P 2000000 -noinput -pa DIR -s savina_erlang main \
%%       -extra NAME [--repeat R] [--set KEY=VALUE]...
%% prints one JSON object. (+P: skynet has more than a million processes.) Exit status 0 if every run was
%% verified, 1 if one was not, 2 for a mistake on the command line.
%%
%% A workload is a module savina_NAME with parameters/0, the standard values, and run/1, which gives the
%% number of messages, the seconds and whether the result was right.
-module(savina_erlang).
-export([main/0, log/2]).

-callback parameters() -> #{atom() => integer()}.
-callback run(Parameters :: #{atom() => integer()}) ->
    #{messages := integer(), seconds := float(), verified := boolean()}.

-define(WORKLOADS, [big, chameneos, count, fib, fjcreate, fjthrput, pingpong, skynet, threadring]).

main() ->
    ok = logger:add_handler(?MODULE, ?MODULE, #{level => error}),
    ok = logger:remove_handler(default),
    try measure(options(init:get_plain_arguments())) of
        true -> halt(0);
        false -> halt(1)
    catch
        throw:{usage, Text} ->
            io:format(standard_error, "savina_erlang: ~s~n", [Text]),
            halt(2)
    end.

%% What the logger calls. A process that has failed cannot report, and nobody shall wait for it.
log(Event, _) ->
    io:format(standard_error, "savina_erlang: ~s~n",
              [logger_formatter:format(Event, #{template => [msg]})]),
    halt(1).

options([Name | Rest]) ->
    case [Known || Known <- ?WORKLOADS, atom_to_list(Known) =:= Name] of
        [Workload] ->
            Module = list_to_atom("savina_" ++ Name),
            options(Rest, #{name => Workload, module => Module, repeat => 5,
                            parameters => Module:parameters()});
        [] ->
            usage("there is no benchmark '~s'; there are: ~w", [Name, ?WORKLOADS])
    end;
options([]) ->
    usage("say which benchmark to run; there are: ~w", [?WORKLOADS]).

options(["--repeat", Text | Rest], Options) ->
    options(Rest, Options#{repeat := number("--repeat", Text, 1)});
options(["--set", Setting | Rest], #{parameters := Parameters} = Options) ->
    [Key | Value] = string:split(Setting, "="),
    case [Known || Known <- maps:keys(Parameters), atom_to_list(Known) =:= Key] of
        [Known] when Value =/= [] ->
            options(Rest, Options#{parameters := Parameters#{Known := number(Key, hd(Value), 0)}});
        _ ->
            usage("--set takes key=value with one of the keys ~w, not '~s'",
                  [maps:keys(Parameters), Setting])
    end;
options([Other | _], _) ->
    usage("there is no option '~s', or it lacks its value", [Other]);
options([], Options) ->
    Options.

number(What, Text, Min) ->
    case string:to_integer(Text) of
        {Number, ""} when is_integer(Number), Number >= Min -> Number;
        _ -> usage("~s is a whole number from ~b, not '~s'", [What, Min, Text])
    end.

-spec usage(string(), list()) -> no_return().
usage(Format, Values) ->
    throw({usage, io_lib:format(Format, Values)}).

measure(#{name := Name, module := Module, repeat := Repeat, parameters := Parameters}) ->
    Results = [in_new_process(Module, Parameters) || _ <- lists:seq(1, Repeat)],
    Verified = lists:all(fun(#{verified := Right}) -> Right end, Results),
    Seconds = [Time || #{seconds := Time} <- Results],
    io:format("{\"name\":\"~s\",\"params\":{~s},\"workers\":~b,\"messages\":~b,\"seconds\":[~s],"
              "\"median_s\":~.9f,\"verified\":~s}~n",
              [Name,
               lists:join(",", [io_lib:format("\"~s\":~b", [Key, Value])
                                || {Key, Value} <- lists:sort(maps:to_list(Parameters))]),
               erlang:system_info(schedulers_online),
               maps:get(messages, hd(Results)),
               lists:join(",", [io_lib:format("~.9f", [Time]) || Time <- Seconds]),
               median(Seconds),
               Verified]),
    Verified.

%% So that no run sees what an earlier one has left on the heap.
in_new_process(Module, Parameters) ->
    {Process, Monitor} = spawn_monitor(fun() -> exit({result, Module:run(Parameters)}) end),
    receive
        {'DOWN', Monitor, process, Process, {result, Result}} -> Result;
        {'DOWN', Monitor, process, Process, Reason} ->
            io:format(standard_error, "savina_erlang: ~s failed: ~p~n", [Module, Reason]),
            #{messages => 0, seconds => 0.0, verified => false}
    end.

median(Numbers) ->
    Sorted = lists:sort(Numbers),
    Length = length(Sorted),
    (lists:nth((Length + 1) div 2, Sorted) + lists:nth(Length div 2 + 1, Sorted)) / 2.
