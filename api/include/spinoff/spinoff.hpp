/// All that most programs need.
#pragma once

// IWYU pragma: begin_exports
#include <spinoff/actor.hpp>
#include <spinoff/ask.hpp>
#include <spinoff/join.hpp>
#include <spinoff/node.hpp>
#include <spinoff/process.hpp>
#include <spinoff/ref_msgpack.hpp>
// IWYU pragma: end_exports

namespace spinoff {
using namespace std::chrono_literals;  // co_await sleep(1s)
}
