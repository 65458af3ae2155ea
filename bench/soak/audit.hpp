/// Whether what the nodes have noted adds up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "soak/ledger.hpp"
#include "soak/nodes.hpp"

namespace spinoff::soak {

/// What has come of messages.
struct Fates {
  std::uint64_t sent = 0;
  std::uint64_t handled = 0;
  std::uint64_t dead = 0;

  Fates& operator+=(const Fates& other);
  Fates operator-(const Fates& before) const;
  /// On the way between two nodes, when their session ended, or with a node that was killed.
  [[nodiscard]] std::int64_t lost() const;
};

/// While nothing is on its way.
struct Snapshot {
  template <class T>
  using ByPair = std::array<std::array<T, kNodes>, kNodes>;

  ByPair<std::array<Fates, kStreams>> streams{};
  /// What may have lost messages between the two: sessions that have ended, as either of them says,
  /// and starts; within a node, only that it was killed.
  ByPair<std::uint64_t> losses{};
  /// What may have made dead letters of them: the same, and any start.
  ByPair<std::uint64_t> ends{};

  Snapshot() = default;
  Snapshot(const Ledger& ledger, const Nodes& nodes);
  [[nodiscard]] Fates all() const;
};

/// What is not there yet, of what has to be soon while the ledger is paused; empty if nothing.
/// First: of some node nothing is heard at another.
std::string missing(const Ledger& ledger);

/// Notes what cannot be, given what was before. Says whether any session has ended in between.
bool compare(Ledger& ledger, const Snapshot& before, const Snapshot& now, const std::string& when);

}  // namespace spinoff::soak
