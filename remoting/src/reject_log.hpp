/// Counts rejected input and tells the listener at a limited rate, so that garbage cannot fill a
/// log.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <spinoff/remoting/actions.hpp>
#include <spinoff/remoting/hub.hpp>

namespace spinoff::remoting {

class RejectLog {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RejectLog(Listener& listener, HubCounters& counters, Time::duration interval)
      : listener_(listener), counters_(counters), interval_(interval) {}

  void add(Reject reject, Time now) {
    const auto index = static_cast<std::size_t>(reject.reason);
    counters_.rejected[index].fetch_add(reject.count, std::memory_order_relaxed);
    Entry& entry = entries_[index];
    entry.count += reject.count;
    entry.detail = std::move(reject.detail);
    waiting_ = true;
    tell(now);
  }

  /// When something that the limit held back may be told; Time::max() if nothing is.
  [[nodiscard]] Time next_due() const noexcept {
    Time next = Time::max();
    if (waiting_) {
      for (const Entry& entry : entries_) {
        if (entry.count != 0) {
          next = std::min(next, entry.next);
        }
      }
    }
    return next;
  }

  /// Tells what the limit held back; at Time::max() all of it.
  void tell(Time now) {
    if (!waiting_) {
      return;
    }
    waiting_ = false;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.count == 0) {
        continue;
      }
      if (now < entry.next) {
        waiting_ = true;
        continue;
      }
      entry.next = std::min(now, Time::max() - interval_) + interval_;
      listener_.rejected(static_cast<RejectReason>(i), std::exchange(entry.count, 0), entry.detail);
    }
  }

 private:
  struct Entry {
    std::uint64_t count = 0;
    std::string detail;
    Time next = Time::min();
  };

  Listener& listener_;
  HubCounters& counters_;
  Time::duration interval_;
  std::array<Entry, kRejectReasons> entries_;
  bool waiting_ = false;
};

}  // namespace spinoff::remoting
