/// Waiting for the end of an actor.
#pragma once

#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/task.hpp>

namespace spinoff {

/// What `ref.join()` gives. Either `co_await` it inside an actor's coroutine, or call `wait()` on a
/// thread that is no actor's. Both throw Timeout if the actor has not stopped in time.
class [[nodiscard]] Join {
 public:
  explicit Join(detail::AskHandle handle) noexcept : handle_(std::move(handle)) {}

  /// Blocks; in an actor it throws std::logic_error.
  void wait();
  /// Whether the wait is over.
  [[nodiscard]] bool ready() const { return handle_.ready(); }

  class Awaiter final : public detail::AskWait {
   public:
    explicit Awaiter(detail::AskHandle& handle) : AskWait(handle) {}
    /// It may take for ever, so a stop does not wait for it.
    [[nodiscard]] Kind kind() const noexcept override { return Kind::pause; }
    void await_resume() const {
      rethrow_if_interrupted();
      handle().check_ended();
    }
  };
  Awaiter operator co_await() { return Awaiter(handle_); }

 private:
  detail::AskHandle handle_;
};

}  // namespace spinoff
