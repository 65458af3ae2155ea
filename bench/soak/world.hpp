/// What every actor of a node of a soak knows.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "soak/ledger.hpp"

namespace spinoff::soak {

/// What was asked, or answered, when a session ended is lost with it, so each ask has a limit.
inline constexpr std::chrono::seconds kAnswerLimit{3};

struct World {
  Ledger& ledger;
  std::size_t me;
  /// Which start of this node it is; the first is 1.
  std::uint32_t start;
  std::array<std::uint16_t, kNodes> ports;
  std::uint64_t seed;
  /// A fault of the node's own that is to be found; none if empty. See `sabotages`.
  std::string sabotage;

  [[nodiscard]] NodeNotes& notes() const { return ledger.nodes[me]; }
  [[nodiscard]] Account& account(Matter matter) const {
    return notes().accounts[static_cast<std::size_t>(matter)];
  }
  void begin(Matter matter) const { ++account(matter).begun; }
  void end(Matter matter) const {
    ++account(matter).ended;
    ++notes().all_ended[static_cast<std::size_t>(matter)];
  }
  [[nodiscard]] std::string uri(std::size_t node, std::string_view path) const {
    return fmt::format("127.0.0.1:{}/{}", ports[node], path);
  }
  void wrong(std::string_view what) const {
    ledger.wrong(fmt::format("node {}: {}", name_of(me), what));
  }
};

/// The choices of one actor; others have others.
class Choices {
 public:
  Choices(const World& world, std::uint64_t actor)
      : engine_(world.seed * 1'000'003 + std::uint64_t{world.start} * 7919 +
                std::uint64_t{world.me} * 127 + actor) {}
  /// 0 to n-1.
  std::uint64_t operator()(std::uint64_t n) { return engine_() % n; }

 private:
  std::mt19937_64 engine_;
};

/// Counts an actor that comes and goes.
class Alive {
 public:
  explicit Alive(const World& world) : count_(world.notes().alive) { ++count_; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --count_; }

 private:
  Count& count_;
};

}  // namespace spinoff::soak
