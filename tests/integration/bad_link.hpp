/// Two networks of their own, joined by a link that loses, delays, reorders and cuts.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "support/spawn.hpp"

namespace spinoff::integration {

/// Two network namespaces with a TUN device each, and a thread that carries the packets from one to
/// the other, with the faults that it is told of. Whatever a thread makes while it is in one of
/// them, sockets, threads and processes, stays there. So nothing of it reaches the machine's own
/// network, and no kernel module is needed as `tc netem` does.
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

  /// Why there can be none here; nothing, if there can.
  static std::optional<std::string> obstacle();

  /// Calls it in that network.
  void on_left(const std::function<void()>& what) const { in(left_, what); }
  void on_right(const std::function<void()>& what) const { in(right_, what); }

  /// From now on.
  void set(const Faults& faults);

  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t overtaken() const { return overtaken_; }

 private:
  struct Side {
    testing::Descriptor network{-1};
    testing::Descriptor packets{-1};
  };
  static Side make_side(const char* own, const char* other);
  static void in(const Side& side, const std::function<void()>& what);
  void carry();

  Side left_;
  Side right_;
  std::atomic<double> loss_{0};
  std::atomic<std::int64_t> delay_{0};  // in microseconds, as is
  std::atomic<std::int64_t> jitter_{0};
  std::atomic<bool> cut_{false};
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> overtaken_{0};
  std::thread carrier_;
};

}  // namespace spinoff::integration
