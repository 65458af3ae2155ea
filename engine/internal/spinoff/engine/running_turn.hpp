/// A turn that a worker is in the middle of, as others see it.
#pragma once

#include <cstdint>

#include <spinoff/engine/home.hpp>
#include <spinoff/engine/thread_state.hpp>

namespace spinoff::engine {

struct RunningTurn {
  Home home;             ///< the worker's stay
  std::uint64_t number;  ///< of the turn, at that worker
  ThreadId thread;

  friend bool operator==(const RunningTurn&, const RunningTurn&) noexcept = default;
};

}  // namespace spinoff::engine
