/// Where an actor's coroutine lives: what runs, where it is suspended, and what may wake it.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>

#include <spinoff/task.hpp>

namespace spinoff::detail {

/// All calls in a turn of the actor.
class CoroutineHost {
 public:
  enum class Purpose : std::uint8_t {
    run,        ///< a process; when it returns the actor stops
    handler,    ///< the handling of one message
    post_stop,  ///< the end; the stop goes on when it returns
  };

  CoroutineHost() = default;
  CoroutineHost(const CoroutineHost&) = delete;
  CoroutineHost& operator=(const CoroutineHost&) = delete;
  ~CoroutineHost() { drop(); }

  /// Runs the task up to its first wait.
  void start(Task<> task, Purpose purpose);
  [[nodiscard]] bool active() const noexcept { return static_cast<bool>(task_); }
  [[nodiscard]] Purpose purpose() const noexcept { return purpose_; }
  /// Whether the task has returned or thrown.
  [[nodiscard]] bool done() const noexcept { return active() && task_.handle_.done(); }
  /// Ends a task that is done; its error, if it threw.
  std::exception_ptr finish() noexcept;
  /// Destroys the frames where they are suspended.
  void drop() noexcept;

  /// Whether it may be dropped where it waits now: it is not in the middle of handling a message.
  [[nodiscard]] bool may_stop() const noexcept {
    return wait_ != nullptr && wait_->kind() != Wait::Kind::answer && !handling_;
  }
  /// Whether it is in the middle of handling a message.
  [[nodiscard]] bool is_handling() const noexcept { return active() && handling_; }
  /// It took a message, or came back for the next one.
  void set_handling(bool handling) noexcept { handling_ = handling; }

  /// Moves on whatever has that token, if it still waits.
  void wake(std::uint64_t token);
  /// The place where the coroutine is suspended; null when it is not.
  [[nodiscard]] Wait* wait() const noexcept { return wait_; }

 private:
  friend class Wakeable;
  friend class Wait;
  Task<> task_;
  Wait* wait_ = nullptr;
  Wakeable* wakeables_ = nullptr;
  std::uint64_t last_token_ = 0;
  Purpose purpose_ = Purpose::run;
  bool handling_ = false;
};

}  // namespace spinoff::detail

namespace spinoff::engine {
using detail::CoroutineHost;
}
