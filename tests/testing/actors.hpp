/// Small actors for the tests of <spinoff/testing.hpp>.
#pragma once

#include <string>
#include <vector>

#include <spinoff/spinoff.hpp>
#include <spinoff/testing.hpp>

namespace spinoff::testing {

struct Ping {
  int number = 0;
};
struct Pong {
  int number = 0;
};

/// Answers each Ping.
class Echo : public Actor {
 public:
  using Receives = Messages<Ping>;
  void on(const Ping& ping) { sender() << Pong{ping.number}; }
};

/// Takes what comes and says nothing.
class Silent : public Actor {
 public:
  using Receives = Messages<Ping>;
  void on(const Ping& /*ping*/) {}
};

/// Fails at each Ping.
class Faulty : public Actor {
 public:
  using Receives = Messages<Ping>;
  void on(const Ping& ping) {
    throw std::runtime_error("ping " + std::to_string(ping.number) + " hurts");
  }
};

}  // namespace spinoff::testing
