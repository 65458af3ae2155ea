/// Three hosts, any two of which can be parted while both reach the third.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "own_network.hpp"

namespace spinoff::integration {

/// Each has a network of its own, and a thread carries the packets between them.
class PartedHosts {
 public:
  static constexpr std::size_t kHosts = 3;

  /// Throws testing::ProcessError if it is not permitted.
  PartedHosts();
  PartedHosts(const PartedHosts&) = delete;
  PartedHosts& operator=(const PartedHosts&) = delete;
  ~PartedHosts();

  /// `HOST:PORT`; the port is free.
  static std::string address(std::size_t host);
  void on(std::size_t host, const std::function<void()>& what) const { networks_[host].in(what); }

  /// Their packets to each other are lost.
  void part(std::size_t one, std::size_t other) { set_parted(one, other, true); }
  void join(std::size_t one, std::size_t other) { set_parted(one, other, false); }

  /// So many bytes of packets were carried from one to the other.
  [[nodiscard]] std::uint64_t bytes(std::size_t from, std::size_t to) const {
    return bytes_[way(from, to)];
  }

 private:
  static std::size_t way(std::size_t from, std::size_t to) { return from * kHosts + to; }
  void set_parted(std::size_t one, std::size_t other, bool parted) {
    parted_[way(one, other)] = parted;
    parted_[way(other, one)] = parted;
  }
  void carry();

  const std::array<OwnNetwork, kHosts> networks_;
  std::array<std::atomic<bool>, kHosts * kHosts> parted_{};
  std::array<std::atomic<std::uint64_t>, kHosts * kHosts> bytes_{};
  std::atomic<bool> done_{false};
  std::thread carrier_;
};

}  // namespace spinoff::integration
