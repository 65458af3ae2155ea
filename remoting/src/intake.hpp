/// How the I/O thread hears that there is something to do, and how it is woken.
///
/// A mutex guards a vector of outboxes with something in them. Who announces one appends it; if it
/// finds `asleep_`, it clears that and is the one who writes to the eventfd. The I/O thread swaps
/// the vector for an empty one. Before it waits it locks once more: with anything announced it does
/// not wait; otherwise it sets `asleep_`. So an outbox is either seen before the wait, or whoever
/// announces it sees `asleep_`: no wake-up is lost, and none is paid for while the I/O thread is
/// awake. A wait that ends for another reason clears `asleep_` itself; if a sender was faster, its
/// byte in the eventfd is read by the next wait, which costs one empty round and no more.
///
/// While it is asleep, others may do its work, one at a time: a sender, for a message that is
/// alone, since that costs about what waking the I/O thread would, and a worker of the engine that
/// has nothing to do, for what comes in. The state is then `attended`, and whoever made it so is
/// the only one to end it: should the I/O thread wake up for another reason, it waits for that
/// before it touches anything. What others announce meanwhile is seen by the attendant at its end,
/// and also what it could not do itself; then it wakes the I/O thread. Senders do so one message at
/// a time, and not again soon, so that many messages are sent together. A worker that has found
/// something polls again and again, and the I/O thread would only wake up for what is gone by then.
/// So it leaves the input to others from then on, until nobody has polled for kPollersTime, or the
/// worker says that it goes to sleep.
///
/// Nothing is called under the lock, and the two vectors keep their memory, so it is held for some
/// tens of nanoseconds.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <spinoff/engine/input_source.hpp>
#include <spinoff/uri.hpp>

#include "wake_fd.hpp"

namespace spinoff::remoting {

class Outbox;

/// A host name was looked up for the link with that number.
struct Resolved {
  NodeId peer;
  std::uint64_t link = 0;
  /// Empty if `error` is not.
  std::string address;
  std::string error;
};

/// What others may do while the I/O thread is asleep.
class Attendant {
 public:
  Attendant() = default;
  Attendant(const Attendant&) = delete;
  Attendant& operator=(const Attendant&) = delete;

  struct Done {
    bool any = false;
    /// The I/O thread has to go on with it.
    bool has_more = false;
  };
  /// By who has just sent something by that outbox.
  virtual Done send_at_once(Outbox& outbox) noexcept = 0;
  virtual Done take_input() noexcept = 0;

 protected:
  ~Attendant() = default;
};

class Intake final : public engine::InputSource {
 public:
  static constexpr std::chrono::microseconds kPollersTime{250};

  /// The I/O thread is woken by an eventfd.
  Intake() { wake_fd_.emplace(); }
  /// Whoever takes is woken by this instead, on the thread that has something for it.
  explicit Intake(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// `may_attend`: by a thread that may do what the outbox needs here and now.
  void push(std::shared_ptr<Outbox> outbox, bool may_attend) {
    bool wake = false;
    {
      std::unique_lock lock(mutex_);
      if (closed_) {
        return;
      }
      if (may_attend && can_be_attended()) {
        wake = attend(lock, [&] { return attendant_->send_at_once(*outbox); });
      } else {
        outboxes_.push_back(std::move(outbox));
        wake = rouse();
      }
    }
    wake_if(wake);
  }

  void push(Resolved resolved) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      resolved_.push_back(std::move(resolved));
      wake = rouse();
    }
    wake_if(wake);
  }

  void poll() noexcept override {
    bool wake = false;
    {
      std::unique_lock lock(mutex_);
      if (state_ != State::asleep || attendant_ == nullptr) {
        return;
      }
      Attendant::Done done;
      wake = attend(lock, [&] { return done = attendant_->take_input(); });
      ++polls_;
      is_polled_ = is_polled_ || done.any;
    }
    wake_if(wake);
  }

  void stop_polling() noexcept override {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      wake = std::exchange(is_polled_, false) && rouse();
    }
    wake_if(wake);
  }

  /// The node stops.
  void stop() {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      wake = rouse();
    }
    wake_if(wake);
  }

  /// Nobody takes any more, so nothing is held: an outbox that is left here would hold this one.
  void close() {
    std::vector<std::shared_ptr<Outbox>> left;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    outboxes_.swap(left);
  }

  /// Whether this thread does the work of the I/O thread.
  [[nodiscard]] bool is_attended_here() {
    const std::lock_guard lock(mutex_);
    return by_ == std::this_thread::get_id();
  }

  /// I/O thread. Appends to empty vectors; true if the node stops.
  bool take(std::vector<std::shared_ptr<Outbox>>& outboxes, std::vector<Resolved>& resolved) {
    const std::lock_guard lock(mutex_);
    outboxes_.swap(outboxes);
    resolved_.swap(resolved);
    return stop_;
  }

  /// I/O thread, before it waits. False: do not wait, there is something to do. Meanwhile
  /// `attendant`, if there is one, may be called by others, one at a time.
  bool fall_asleep(bool stop_seen, Attendant* attendant = nullptr) {
    const std::lock_guard lock(mutex_);
    stop_seen_ = stop_seen;
    attendant_ = attendant;
    is_polled_ = is_polled_ && attendant_ != nullptr;
    polls_seen_ = polls_;
    state_ = has_news() ? State::awake : State::asleep;
    return state_ == State::asleep;
  }

  /// I/O thread, after it fell asleep: whether others look for input, so that it should not, but no
  /// longer than for kPollersTime.
  [[nodiscard]] bool is_polled() {
    const std::lock_guard lock(mutex_);
    return is_polled_;
  }

  /// I/O thread, after it waited.
  void wake_up() {
    {
      std::unique_lock lock(mutex_);
      no_more_attended_.wait(lock, [this] { return state_ != State::attended; });
      state_ = State::awake;
      is_polled_ = is_polled_ && polls_ != polls_seen_;
    }
    if (wake_fd_) {
      wake_fd_->clear();
    }
  }

  /// Good without a `wake` of its own.
  [[nodiscard]] int wake_fd() const noexcept { return wake_fd_->get(); }

 private:
  using Clock = std::chrono::steady_clock;
  enum class State : std::uint8_t { awake, asleep, attended };

  // As long as a batch may well come together.
  static constexpr std::chrono::microseconds kNotAgain{20};

  // These are called under the lock.

  [[nodiscard]] bool has_news() const noexcept {
    return !outboxes_.empty() || !resolved_.empty() || stop_ != stop_seen_;
  }
  /// There is news. True if somebody has to be woken for it.
  bool rouse() noexcept {
    if (state_ != State::asleep) {
      return false;
    }
    state_ = State::awake;
    return true;
  }
  [[nodiscard]] bool can_be_attended() {
    if (state_ != State::asleep || attendant_ == nullptr) {
      return false;
    }
    const Clock::time_point now = Clock::now();
    return now - std::exchange(last_asked_, now) >= kNotAgain;
  }
  template <class Act>
  bool attend(std::unique_lock<std::mutex>& lock, const Act& act) {
    state_ = State::attended;
    by_ = std::this_thread::get_id();
    lock.unlock();
    const Attendant::Done done = act();
    lock.lock();
    const bool wake = done.has_more || has_news();
    state_ = wake ? State::awake : State::asleep;
    by_ = {};
    no_more_attended_.notify_one();
    return wake;
  }

  void wake_if(bool wake) {
    if (wake && wake_) {
      wake_();
    } else if (wake) {
      wake_fd_->signal();
    }
  }

  std::optional<WakeFd> wake_fd_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Outbox>> outboxes_;
  std::vector<Resolved> resolved_;
  State state_ = State::awake;
  std::thread::id by_;
  std::condition_variable no_more_attended_;
  Attendant* attendant_ = nullptr;
  Clock::time_point last_asked_;
  /// Others look for input.
  bool is_polled_ = false;
  std::uint64_t polls_ = 0;
  std::uint64_t polls_seen_ = 0;
  bool stop_ = false;
  bool stop_seen_ = false;
  bool closed_ = false;
};

}  // namespace spinoff::remoting
