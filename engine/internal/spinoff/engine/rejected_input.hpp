/// Tells of messages from other nodes that were dropped: at a limited rate, so that garbage cannot
/// fill a log. (What the protocol itself drops, remoting tells in the same way.)
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/engine/event_stream.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

/// Any thread.
class RejectedInput {
 public:
  enum class Kind : std::uint8_t {
    unknown_type,  ///< no message of that name is known here
    undecodable,   ///< the payload is not what its type's name says
    bad_name,      ///< what should be a URI or a path is none
    over_limit,    ///< more than one node may ask for
    denied,        ///< what other nodes may not do here
  };

  explicit RejectedInput(const EventStream& events) : events_(events) {}

  /// Publishes it, or counts it towards the next event of its kind. Also publishes what was held
  /// back of other kinds and is due.
  void add(Kind kind, std::string what, Clock::time_point now) {
    {
      const std::scoped_lock lock(mutex_);
      Entry& entry = entries_[static_cast<std::size_t>(kind)];
      ++entry.count;
      entry.what = std::move(what);
    }
    tell(now);
  }

  /// Publishes all that was held back: nothing more is to come.
  void tell_rest() { tell(Clock::time_point::max()); }

 private:
  static constexpr auto kInterval = std::chrono::seconds(1);
  struct Entry {
    std::uint64_t count = 0;
    std::string what;
    Clock::time_point next = Clock::time_point::min();
  };

  void tell(Clock::time_point now) {
    std::vector<RemoteInputRejected> due;
    {
      const std::scoped_lock lock(mutex_);
      for (Entry& entry : entries_) {
        if (entry.count != 0 && now >= entry.next) {
          entry.next = std::min(now, Clock::time_point::max() - kInterval) + kInterval;
          due.push_back(RemoteInputRejected{.what = std::move(entry.what),
                                            .count = std::exchange(entry.count, 0)});
        }
      }
    }
    for (const RemoteInputRejected& event : due) {
      events_.publish(event);
    }
  }

  const EventStream& events_;
  std::mutex mutex_;
  std::array<Entry, 5> entries_;
};

}  // namespace spinoff::engine
