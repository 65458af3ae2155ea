/// How parcels get from any thread to the I/O thread, and how that is woken.
///
/// A mutex guards a vector of parcels, and whether the I/O thread is asleep. A sender appends; if
/// it finds `asleep_`, it clears that and is the one who writes to the eventfd. The I/O thread
/// swaps the vector for an empty one. Before it waits it locks once more: with anything queued it
/// does not wait; otherwise it sets `asleep_`. So a parcel is either seen before the wait, or its
/// sender sees `asleep_`: no wake-up is lost, and none is paid for while the I/O thread is awake. A
/// wait that ends for another reason clears `asleep_` itself; if a sender was faster, its byte in
/// the eventfd is read by the next wait, which costs one empty round and no more.
///
/// Nothing is called under the lock, and the two vectors keep their memory, so it is held for some
/// tens of nanoseconds.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/remoting/parcel.hpp>
#include <spinoff/uri.hpp>

#include "wake_fd.hpp"

namespace spinoff::remoting {

struct Outgoing {
  NodeId to;
  Parcel parcel;
};

/// A host name was looked up for the link with that number.
struct Resolved {
  NodeId peer;
  std::uint64_t link = 0;
  /// Empty if `error` is not.
  std::string address;
  std::string error;
};

class Intake {
 public:
  explicit Intake(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] std::optional<Parcel> push(NodeId to, Parcel parcel) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      const std::size_t bytes = parcel.item.size() + parcel.kept_bytes + sizeof(Outgoing);
      if (stop_ || (!parcel.must_go && bytes_ + bytes > max_bytes_)) {
        return parcel;
      }
      bytes_ += bytes;
      outgoing_.push_back(Outgoing{std::move(to), std::move(parcel)});
      wake = std::exchange(asleep_, false);
    }
    wake_if(wake);
    return std::nullopt;
  }

  void push(Resolved resolved) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      resolved_.push_back(std::move(resolved));
      wake = std::exchange(asleep_, false);
    }
    wake_if(wake);
  }

  /// After this no parcel is taken.
  void stop() {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      wake = std::exchange(asleep_, false);
    }
    wake_if(wake);
  }

  /// I/O thread. Appends to empty vectors; true if all that ever comes has come.
  bool take(std::vector<Outgoing>& outgoing, std::vector<Resolved>& resolved) {
    const std::lock_guard lock(mutex_);
    outgoing_.swap(outgoing);
    resolved_.swap(resolved);
    bytes_ = 0;
    return stop_;
  }

  /// I/O thread, before it waits. False: do not wait, there is something to do.
  bool fall_asleep(bool stop_seen) {
    const std::lock_guard lock(mutex_);
    asleep_ = outgoing_.empty() && resolved_.empty() && stop_ == stop_seen;
    return asleep_;
  }

  /// I/O thread, after it waited.
  void wake_up() {
    {
      const std::lock_guard lock(mutex_);
      asleep_ = false;
    }
    wake_fd_.clear();
  }

  [[nodiscard]] int wake_fd() const noexcept { return wake_fd_.get(); }

 private:
  void wake_if(bool wake) {
    if (wake) {
      wake_fd_.signal();
    }
  }

  const std::size_t max_bytes_;
  WakeFd wake_fd_;
  std::mutex mutex_;
  std::vector<Outgoing> outgoing_;
  std::vector<Resolved> resolved_;
  std::size_t bytes_ = 0;
  bool asleep_ = false;
  bool stop_ = false;
};

}  // namespace spinoff::remoting
