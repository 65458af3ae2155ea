%% The small piece of work that the original's fork-join benchmarks do for each message; see
%% bench/savina/compute.hpp.
-module(savina_compute).
-export([angle/0, compute/1]).

%% Read from text, so that the compiler cannot know the sine.
angle() -> list_to_float("37.2").

compute(Angle) ->
    Sine = math:sin(Angle),
    true = Sine * Sine > 0.
