/// What the nodes of a soak note, in memory that all of them share, so that it outlives a node that
/// is killed in the middle of anything.
///
/// Each figure has one writer at a time: an actor of one node, or the program that starts them. The
/// numbers of a stream go on when its sender's node is started again, so that "once at most and in
/// order" is one comparison, whatever happened in between.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spinoff::soak {

inline constexpr std::size_t kNodes = 3;
/// From each node to each, itself among them.
inline constexpr std::size_t kStreams = 4;

using Count = std::atomic<std::uint64_t>;
static_assert(Count::is_always_lock_free, "only then may processes share it");

/// Numbered messages of one actor to one other.
struct Stream {
  /// The number of the last that was sent, or was about to be when its node was killed.
  Count sent{0};
  /// The greatest number that was handled.
  Count last{0};
  Count handled{0};
  /// At either end.
  Count dead{0};
  /// The last round whose mark was handled; see Ledger::round.
  Count mark{0};
};

/// Something that begins and has to end.
struct Account {
  Count begun{0};
  Count ended{0};
};

enum class Matter : std::uint8_t { asks, watches, families, far_spawns };
inline constexpr std::array<std::string_view, 4> kMatters{"asks", "watches", "families",
                                                          "spawns at another node"};

struct NodeNotes {
  /// Of its present start; begun anew when the node is started again.
  std::array<Account, kMatters.size()> accounts;
  /// Actors that come and go, and are there now.
  Count alive{0};

  // Since the soak began.
  std::array<Count, kMatters.size()> all_ended;
  Count answered{0};
  Count refused{0};
  Count timed_out{0};
  /// Of what came from other nodes, in frames of sessions that had ended.
  Count late{0};
  /// How often it has said that another one is down, or up.
  std::array<Count, kNodes> downs;
  std::array<Count, kNodes> ups;
};

struct Ledger {
  /// While `paused`, nobody begins anything, and every sender of a stream sends a mark with this
  /// number behind what it has sent. When all marks have come, nothing is on its way any more.
  Count round{0};
  std::atomic<bool> paused{false};

  using Streams = std::array<std::array<std::array<Stream, kStreams>, kNodes>, kNodes>;
  /// By sending node, receiving node and number.
  Streams streams;
  std::array<NodeNotes, kNodes> nodes;

  /// Something did not hold. Any thread of any process.
  void wrong(std::string_view what);
  [[nodiscard]] std::vector<std::string> all_wrong() const;
  /// All of them, also those that there was no room for.
  std::atomic<std::uint32_t> wrongs{0};

  static constexpr std::size_t kKept = 32;
  static constexpr std::size_t kLongest = 240;

 private:
  struct Text {
    std::atomic<bool> written{false};
    std::array<char, kLongest> text;
  };
  std::array<Text, kKept> texts_;
};

/// A ledger, as long as this object lives.
class SharedLedger {
 public:
  /// A new one, which processes that are started from here on inherit as a file. Throws
  /// std::system_error.
  SharedLedger();
  /// The same one, in such a process.
  explicit SharedLedger(int file);
  SharedLedger(const SharedLedger&) = delete;
  SharedLedger& operator=(const SharedLedger&) = delete;
  ~SharedLedger();

  [[nodiscard]] int file() const noexcept { return file_; }
  Ledger& operator*() const noexcept { return *ledger_; }
  Ledger* operator->() const noexcept { return ledger_; }

 private:
  int file_;
  Ledger* ledger_;
};

/// `a`, `b` and `c`.
inline std::string name_of(std::size_t node) {
  return {static_cast<char>('a' + node)};
}

}  // namespace spinoff::soak
