/// What happens to the nodes and the network between them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spinoff::soak {

enum class FaultKind : std::uint8_t { kill, restart, halt, hold, cut, reset };
inline constexpr std::array<std::string_view, 6> kFaultKinds{"kill", "restart", "halt",
                                                             "hold", "cut",     "reset"};

struct Fault {
  FaultKind kind;
  /// Of kill, restart and halt.
  std::size_t node = 0;
  /// Of the others: directions, each from a node to another.
  std::vector<std::pair<std::size_t, std::size_t>> links;
  std::chrono::milliseconds time{0};

  /// For people: what and to whom.
  [[nodiscard]] std::string describe() const;
};

/// One after the other, by a seed. The first node is never killed or restarted, so that what it
/// uses can be looked at over all the time.
class Faults {
 public:
  explicit Faults(std::uint64_t seed) : random_(seed) {}
  Fault next();
  /// How long the load goes on before the next is counted, or begins.
  std::chrono::milliseconds pause(std::uint64_t longest) {
    return std::chrono::milliseconds(choose(longest));
  }

 private:
  std::uint64_t choose(std::uint64_t n) { return random_() % n; }
  /// Shorter than the silence after which a node is down, or longer; or longer than messages wait.
  std::chrono::milliseconds some_time();

  std::mt19937_64 random_;
};

}  // namespace spinoff::soak
