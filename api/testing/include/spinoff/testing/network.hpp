/// The network of a simulation.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace spinoff::testing {

class Wires;

/// How frames get from one node to another. A channel is as ZeroMQ's over TCP: it keeps their
/// order, and what is lost is lost with the connection, so that the nodes see a session end.
/// Probabilities are from 0 to 1, for each frame.
struct LinkOptions {
  /// Each frame takes so long,
  std::chrono::nanoseconds latency = std::chrono::microseconds(100);
  /// and up to so much longer.
  std::chrono::nanoseconds jitter = std::chrono::microseconds(50);
  /// How fast it carries bytes; 0: at once. What does not fit waits at the sender. A message counts
  /// for 64 more than it has when encoded.
  std::uint64_t bytes_per_second = 0;
  double loss = 0;
  /// The frame comes twice, the second time later.
  double duplication = 0;
  /// The frame comes so late that others overtake it; and what is in a channel that is closed comes
  /// after all, maybe in the middle of the next session.
  double reordering = 0;
};

/// Between the nodes of one simulation, by their names. What is set also holds for nodes that are
/// not there yet, and after a restart.
class Network {
 public:
  explicit Network(Wires& wires) noexcept : wires_(wires) {}

  /// For all links. Throws std::invalid_argument for what is no probability, or a negative time.
  void set(const LinkOptions& options);
  /// For one link, one way.
  void set(std::string_view from, std::string_view to, const LinkOptions& options);

  /// What `from` sends to `to` from now on is lost, and what is on its way; not what comes back.
  void cut(std::string_view from, std::string_view to);
  /// Both ways, between each of the one side and each of the other.
  void partition(std::initializer_list<std::string_view> one,
                 std::initializer_list<std::string_view> other);
  /// Nothing is cut any more.
  void heal();

 private:
  Wires& wires_;
};

}  // namespace spinoff::testing
