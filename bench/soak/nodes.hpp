/// The three processes, and what can be done to one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "soak/ledger.hpp"
#include "soak/links.hpp"
#include "soak/options.hpp"
#include "soak/patience.hpp"
#include "soak/usage.hpp"
#include "support/second_self.hpp"

namespace spinoff::soak {

/// Ports of 127.0.0.1 where nobody listens, and that the system gives to no connection, so that a
/// node can come back to its own. Throws std::runtime_error if there are none.
std::array<std::uint16_t, kNodes> choose_ports();

class Nodes {
 public:
  Nodes(const Order& order, const SharedLedger& ledger, const Links& links,
        const std::array<std::uint16_t, kNodes>& ports);

  /// Does not wait until it is ready.
  void start(std::size_t node);
  void kill(std::size_t node);
  /// As SIGTERM asks for: its exit status (or the negative number of the signal that killed it), or
  /// none if it does not end in time; then it is killed.
  std::optional<int> stop(std::size_t node);
  /// From now on it runs, or does not.
  void halt(std::size_t node);
  void go_on(std::size_t node);

  /// A node that has ended though nobody told it to, and its status.
  struct Ended {
    std::size_t node;
    int status;
  };
  [[nodiscard]] std::optional<Ended> ended_by_itself();

  [[nodiscard]] std::uint32_t starts(std::size_t node) const { return starts_.at(node); }
  [[nodiscard]] std::uint32_t kills(std::size_t node) const { return kills_.at(node); }
  [[nodiscard]] double seconds_since_start(std::size_t node) const {
    return Patience::age() - started_.at(node);
  }
  [[nodiscard]] std::optional<Usage> usage(std::size_t node) const;

 private:
  void signal(std::size_t node, int number) const;

  const Order& order_;
  const SharedLedger& ledger_;
  const Links& links_;
  const std::array<std::uint16_t, kNodes> ports_;
  std::array<std::unique_ptr<bench::SecondSelf>, kNodes> processes_;
  std::array<std::uint32_t, kNodes> starts_{};
  std::array<std::uint32_t, kNodes> kills_{};
  std::array<double, kNodes> started_{};
};

}  // namespace spinoff::soak
