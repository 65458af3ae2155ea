/// Tells of messages from other nodes that were dropped: at a limited rate, so that garbage cannot
/// fill a log. (What the protocol itself drops, remoting tells in the same way.)
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

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
  };

  explicit RejectedInput(const EventStream& events) : events_(events) {}

  /// Publishes it, or counts it towards the next event of its kind.
  void add(Kind kind, std::string what, Clock::time_point now) {
    std::uint64_t count = 0;
    {
      const std::scoped_lock lock(mutex_);
      Entry& entry = entries_[static_cast<std::size_t>(kind)];
      ++entry.count;
      if (now < entry.next) {
        return;
      }
      entry.next = now + kInterval;
      count = std::exchange(entry.count, 0);
    }
    events_.publish(RemoteInputRejected{.what = std::move(what), .count = count});
  }

 private:
  static constexpr auto kInterval = std::chrono::seconds(1);
  struct Entry {
    std::uint64_t count = 0;
    Clock::time_point next = Clock::time_point::min();
  };

  const EventStream& events_;
  std::mutex mutex_;
  std::array<Entry, 3> entries_;
};

}  // namespace spinoff::engine
