/// For tests of actors: a simulator of nodes, and probes, which also work on real ones. Link
/// `spinoff::testing`. docs/testing.md tells how.
#pragma once

// IWYU pragma: begin_exports
#include <spinoff/testing/event_probe.hpp>
#include <spinoff/testing/expectation.hpp>
#include <spinoff/testing/manual_time.hpp>
#include <spinoff/testing/network.hpp>
#include <spinoff/testing/probe.hpp>
#include <spinoff/testing/simulation.hpp>
// IWYU pragma: end_exports
