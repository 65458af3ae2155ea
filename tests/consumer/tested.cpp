// A test of somebody else's actors, in a simulation.
#include <iostream>

#include <spinoff/testing.hpp>

int main() {
  using namespace std::chrono_literals;
  spinoff::testing::Simulation sim(1);
  spinoff::testing::Probe probe(sim.node("a"));
  const auto begin = sim.now();
  probe.expect_none(1h);
  if (sim.now() - begin != 1h) {
    return 1;
  }
  std::cout << "an hour has passed\n";
}
