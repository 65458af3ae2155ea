/// A network that does all that it may, by the seed.
#pragma once

#include <array>
#include <chrono>
#include <string_view>

#include <spinoff/testing/simulation.hpp>

namespace spinoff::sim {

using namespace std::chrono_literals;

inline testing::LinkOptions any_weather(testing::Simulation& sim) {
  const auto share = [&](std::uint64_t percent) {
    return static_cast<double>(sim.random(percent + 1)) / 100;
  };
  return {.latency = std::chrono::microseconds(10 + sim.random(20'000)),
          .jitter = std::chrono::microseconds(sim.random(20'000)),
          .bytes_per_second = sim.random(3) == 0 ? 20'000 + sim.random(200'000) : 0,
          .loss = sim.random(2) == 0 ? 0 : share(5),
          .duplication = sim.random(2) == 0 ? 0 : share(10),
          .reordering = sim.random(2) == 0 ? 0 : share(10)};
}

/// One of what may happen to the network between two nodes.
inline void change_network(testing::Simulation& sim, std::string_view a, std::string_view b) {
  switch (sim.random(5)) {
    case 0:
      sim.network().cut(a, b);
      break;
    case 1:
      sim.network().cut(b, a);
      break;
    case 2:
      sim.network().partition({a}, {b});
      break;
    case 3:
      sim.network().set(any_weather(sim));
      break;
    default:
      sim.network().heal();
      break;
  }
}

inline void good_weather(testing::Simulation& sim) {
  sim.network().heal();
  sim.network().set({});
}

/// Some time, from a millisecond to several times the silence after which a node is down.
inline std::chrono::milliseconds some_time(testing::Simulation& sim) {
  return std::chrono::milliseconds(1 + sim.random(sim.random(4) == 0 ? 10'000 : 500));
}

}  // namespace spinoff::sim
