#include <stdexcept>

#include <spinoff/detail/pool.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/coroutine_host.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/system_timer.hpp>
#include <spinoff/errors.hpp>

namespace spinoff::detail {

using engine::Cell;

void* PooledFrame::operator new(std::size_t size) {
  return allocate(size);
}
void PooledFrame::operator delete(void* frame, std::size_t size) noexcept {
  deallocate(frame, size);
}

void CoroutineHost::start(Task<> task, Purpose purpose) {
  task_ = std::move(task);
  purpose_ = purpose;
  handling_ = purpose != Purpose::run;
  task_.handle_.resume();
}

std::exception_ptr CoroutineHost::finish() noexcept {
  std::exception_ptr error = task_.handle_.promise().error;
  drop();
  return error;
}

void CoroutineHost::drop() noexcept {
  wait_ = nullptr;
  handling_ = false;
  task_ = Task<>();
}

void CoroutineHost::wake(std::uint64_t token) {
  for (Wakeable* one = wakeables_; one != nullptr; one = one->next_) {
    if (one->token_ == token) {
      one->wake();
      return;
    }
  }
}

void Wakeable::enter() {
  Cell* const cell = Cell::running();
  if (cell == nullptr) {
    throw std::logic_error("co_await works inside actors only");
  }
  host_ = &cell->coroutines();
  token_ = ++host_->last_token_;
  next_ = host_->wakeables_;
  host_->wakeables_ = this;
}

void Wakeable::leave() noexcept {
  if (host_ == nullptr) {
    return;
  }
  for (Wakeable** link = &host_->wakeables_; *link != nullptr; link = &(*link)->next_) {
    if (*link == this) {
      *link = next_;
      break;
    }
  }
  host_ = nullptr;
}

Wait::~Wait() {
  unsuspend();
}

void Wait::suspend(std::coroutine_handle<> handle) {
  enter();
  handle_ = handle;
  host()->wait_ = this;
  if (kind() == Kind::message) {
    host()->set_handling(false);
  }
}

void Wait::unsuspend() noexcept {
  if (host() != nullptr && host()->wait_ == this) {
    host()->wait_ = nullptr;
  }
  leave();
}

void Wait::resume() {
  unsuspend();
  // The frame, and this object in it, may be gone when this returns.
  handle_.resume();
}

void Wait::interrupt(std::exception_ptr reason) {
  interrupted_ = std::move(reason);
  resume();
}

void Deadline::wake() {
  leave();
  expire(std::make_exception_ptr(Timeout(
      "what the actor waited for did not come within " +
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(limit_).count()) +
      " ms")));
}

using PostToken = engine::SystemTimer<engine::WakeUp>;

void TokenTimer::start(std::chrono::nanoseconds delay, std::uint64_t token) {
  Cell& cell = *Cell::running();
  engine::TimerService& timers = cell.node().timers();
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): counts its own references
  auto* const task = new PostToken(cell.ref(), {token});
  timer_ = task;
  timers.start(*task, engine::due_after(timers.now(), delay));
}

void TokenTimer::cancel() noexcept {
  if (timer_ != nullptr) {
    auto* const task = static_cast<PostToken*>(std::exchange(timer_, nullptr));
    Cell::running()->node().timers().cancel(*task);
    task->release();
  }
}

}  // namespace spinoff::detail
