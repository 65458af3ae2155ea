/// Coroutines that run inside an actor, and what they can wait for.
///
/// A coroutine moves on only in a turn of its actor, so it may use the actor's members like any
/// handler. It is suspended in exactly one place, its `Wait`. When the actor stops, the frame is
/// destroyed there, and destructors run.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace spinoff {

template <class T = void>
class Task;

namespace detail {

class CoroutineHost;

/// Coroutine frames come from the message pool.
struct PooledFrame {
  static void* operator new(std::size_t size);
  static void operator delete(void* frame, std::size_t size) noexcept;
};

struct TaskPromiseBase : PooledFrame {
  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> handle) const noexcept {
      return handle.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr error;
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  std::optional<T> value;
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
};

}  // namespace detail

/// What a coroutine of an actor returns. It starts when it is awaited (or, for `Process::run`, when
/// the process starts), and is destroyed with this object, wherever it stands.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() noexcept = default;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { destroy(); }

  explicit operator bool() const noexcept { return handle_ != nullptr; }

  struct Awaiter {
    Handle handle;
    // Nothing to do for an empty task, such as Actor::post_stop_async gives, or one that is done.
    [[nodiscard]] bool await_ready() const noexcept { return !handle || handle.done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> continuation) const noexcept {
      handle.promise().continuation = continuation;
      return handle;
    }
    T await_resume() const {
      if constexpr (std::is_void_v<T>) {
        if (!handle) {
          return;
        }
      }
      if (handle.promise().error) {
        std::rethrow_exception(handle.promise().error);
      }
      if constexpr (!std::is_void_v<T>) {
        return std::move(*handle.promise().value);
      }
    }
  };
  Awaiter operator co_await() const noexcept { return {handle_}; }

 private:
  friend class detail::CoroutineHost;
  void destroy() noexcept {
    if (handle_) {
      std::exchange(handle_, nullptr).destroy();
    }
  }

  Handle handle_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

/// Something in a coroutine's frame that a later turn of the actor can find by its token: what
/// comes from a timer or another thread carries only the token, so it is harmless when it comes too
/// late.
class Wakeable {
 public:
  Wakeable() = default;
  Wakeable(const Wakeable&) = delete;
  Wakeable& operator=(const Wakeable&) = delete;

  [[nodiscard]] std::uint64_t token() const noexcept { return token_; }
  /// In a turn of the actor.
  virtual void wake() = 0;

 protected:
  virtual ~Wakeable() { leave(); }
  /// Makes it findable in the actor that runs now. Throws std::logic_error outside of actors.
  void enter();
  void leave() noexcept;
  [[nodiscard]] CoroutineHost* host() const noexcept { return host_; }

 private:
  friend class CoroutineHost;
  CoroutineHost* host_ = nullptr;
  Wakeable* next_ = nullptr;
  std::uint64_t token_ = 0;
};

/// The one place where an actor's coroutine is suspended.
class Wait : public Wakeable {
 public:
  enum class Kind : std::uint8_t {
    message,  ///< idle: it may be stopped here
    pause,    ///< so it may here, unless it is in the middle of handling a message
    answer,   ///< in the middle of something
  };
  [[nodiscard]] virtual Kind kind() const noexcept { return Kind::answer; }
  /// Moves the coroutine on; its `co_await` throws `reason`.
  void interrupt(std::exception_ptr reason);
  void wake() override { resume(); }

 protected:
  Wait() = default;
  ~Wait() override;
  void suspend(std::coroutine_handle<> handle);
  /// Undoes `suspend` when there turned out to be nothing to wait for.
  void unsuspend() noexcept;
  void resume();
  [[nodiscard]] bool is_interrupted() const noexcept { return interrupted_ != nullptr; }
  void rethrow_if_interrupted() const {
    if (interrupted_) {
      std::rethrow_exception(interrupted_);
    }
  }

 private:
  std::coroutine_handle<> handle_;
  std::exception_ptr interrupted_;
};

/// A timer that posts a token to the actor that runs now.
class TokenTimer {
 public:
  TokenTimer() = default;
  TokenTimer(const TokenTimer&) = delete;
  TokenTimer& operator=(const TokenTimer&) = delete;
  ~TokenTimer() { cancel(); }
  void start(std::chrono::nanoseconds delay, std::uint64_t token);
  void cancel() noexcept;

 private:
  void* timer_ = nullptr;
};

class SleepWait final : public Wait {
 public:
  explicit SleepWait(std::chrono::nanoseconds duration) : duration_(duration) {}
  [[nodiscard]] Kind kind() const noexcept override { return Kind::pause; }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    suspend(handle);
    timer_.start(duration_, token());
  }
  void await_resume() const { rethrow_if_interrupted(); }

 private:
  std::chrono::nanoseconds duration_;
  TokenTimer timer_;
};

/// The time limit of something that a coroutine waits for.
class Deadline : public Wakeable {
 public:
  void wake() override;

 protected:
  explicit Deadline(std::chrono::nanoseconds limit) : limit_(limit) {}
  void start() {
    enter();
    timer_.start(limit_, token());
  }
  void cancel() noexcept {
    timer_.cancel();
    leave();
  }
  /// Its time is over: ends the wait with `timeout`.
  virtual void expire(std::exception_ptr timeout) = 0;

 private:
  std::chrono::nanoseconds limit_;
  TokenTimer timer_;
};

template <class A>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

template <class A>
decltype(auto) awaiter_of(A&& awaitable) {
  if constexpr (requires { std::forward<A>(awaitable).operator co_await(); }) {
    return std::forward<A>(awaitable).operator co_await();
  } else {
    return std::forward<A>(awaitable);
  }
}

/// A message or a sleep that takes too long is interrupted; a task is dropped as when its actor
/// stops, so that no handler inside it can take the outer limit for one of its own.
template <class A>
class TimedWait final : public Deadline {
 public:
  TimedWait(std::chrono::nanoseconds limit, A& awaitable)
      : Deadline(limit), awaitable_(awaitable), awaiter_(awaiter_of(awaitable)) {}
  bool await_ready() { return awaiter_.await_ready(); }
  auto await_suspend(std::coroutine_handle<> handle) {
    handle_ = handle;
    start();
    return awaiter_.await_suspend(handle);
  }
  decltype(auto) await_resume() {
    cancel();
    if (dropped_) {
      std::rethrow_exception(dropped_);
    }
    return awaiter_.await_resume();
  }
  /// Ends the wait early with `reason`, for a limit around this one.
  void interrupt(std::exception_ptr reason) {
    cancel();
    expire(std::move(reason));
  }

 private:
  void expire(std::exception_ptr timeout) override {
    if constexpr (kIsTask<A>) {
      dropped_ = std::move(timeout);
      awaitable_ = A();
      handle_.resume();
    } else {
      static_assert(
          requires { awaiter_.interrupt(timeout); },
          "with_timeout takes what this framework can wait for: get, sleep, ask, a Task");
      awaiter_.interrupt(std::move(timeout));
    }
  }

  A& awaitable_;
  decltype(awaiter_of(std::declval<A&>())) awaiter_;
  std::coroutine_handle<> handle_;
  std::exception_ptr dropped_;
};

// What the functions below return: plain values, which become waits where they are awaited.
struct [[nodiscard]] Sleep {
  std::chrono::nanoseconds duration;
  SleepWait operator co_await() const { return SleepWait(duration); }
};

template <class A>
struct [[nodiscard]] Timed {
  std::chrono::nanoseconds limit;
  A awaitable;
  TimedWait<A> operator co_await() { return {limit, awaitable}; }
};

}  // namespace detail

/// `co_await sleep(1s)`: this actor's coroutine goes on after that time; other actors run
/// meanwhile. Inside actors only.
inline detail::Sleep sleep(std::chrono::nanoseconds duration) {
  return {duration};
}

/// `co_await with_timeout(5s, get<Ack>())`: what `awaitable` gives, or `Timeout` is thrown. A
/// message that comes later is not lost.
template <class A>
detail::Timed<std::remove_cvref_t<A>> with_timeout(std::chrono::nanoseconds limit, A&& awaitable) {
  return {limit, std::forward<A>(awaitable)};
}

}  // namespace spinoff
