/// The network between the nodes: what each sends to each other one passes through here, and can be
/// held or cut.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "soak/detour.hpp"
#include "soak/ledger.hpp"

namespace spinoff::soak {

enum class LinkState : std::uint8_t {
  open,
  /// Nothing passes, nor is anything lost but what the ends give up: as if a cable were out.
  held,
  /// Connections are reset, and new ones at once.
  cut
};

/// TCP connections from each node to each other one, by a port of its own and a thread for all.
class Links {
 public:
  /// The nodes listen at these ports of 127.0.0.1. Throws std::system_error.
  explicit Links(const std::array<std::uint16_t, kNodes>& ports);
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;
  ~Links();

  /// What a node has to connect to.
  [[nodiscard]] std::vector<Detour> detours(std::size_t from) const;
  /// From now on, within a hundredth of a second.
  void set(std::size_t from, std::size_t to, LinkState state);
  /// Resets the connections that there are.
  void reset(std::size_t from, std::size_t to);

 private:
  class Link;
  void carry();

  std::vector<std::unique_ptr<Link>> links_;
  std::atomic<bool> done_{false};
  std::thread carrier_;

  [[nodiscard]] Link& link(std::size_t from, std::size_t to) const;
};

}  // namespace spinoff::soak
