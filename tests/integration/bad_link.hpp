/// Two networks of their own, joined by a link that loses, delays, reorders, cuts and resets.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "own_network.hpp"

namespace spinoff::integration {

/// A thread carries the packets from one to the other, with the faults that it is told of.
class BadLink {
 public:
  static constexpr const char* kLeft = "10.9.0.1";
  static constexpr const char* kRight = "10.9.0.2";

  struct Faults {
    double loss = 0;                      ///< The share of packets that is lost.
    std::chrono::microseconds delay{0};   ///< Of each packet.
    std::chrono::microseconds jitter{0};  ///< Up to so much more: packets overtake each other.
    bool cut = false;
  };

  /// Throws testing::ProcessError if it is not permitted.
  BadLink();
  BadLink(const BadLink&) = delete;
  BadLink& operator=(const BadLink&) = delete;
  ~BadLink();

  /// Calls it in that network.
  void on_left(const std::function<void()>& what) const { left_.in(what); }
  void on_right(const std::function<void()>& what) const { right_.in(what); }

  /// From now on.
  void set(const Faults& faults);

  /// The next data on its way to the right is lost, and ends its connection for both ends, as some
  /// firewalls do.
  void reset_to_right() { reset_ = true; }

  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t overtaken() const { return overtaken_; }

 private:
  void carry();

  const OwnNetwork left_;
  const OwnNetwork right_;
  std::atomic<double> loss_{0};
  std::atomic<std::int64_t> delay_{0};  // in microseconds, as is
  std::atomic<std::int64_t> jitter_{0};
  std::atomic<bool> cut_{false};
  std::atomic<bool> reset_{false};
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> overtaken_{0};
  std::thread carrier_;
};

}  // namespace spinoff::integration
