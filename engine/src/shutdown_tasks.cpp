// How the tasks of a stop run: functions on threads, questions as asks.
#include <memory>
#include <system_error>
#include <utility>

#include <spinoff/ask.hpp>
#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/engine/shutdown.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/errors.hpp>

namespace spinoff::engine {

using detail::RefAccess;

/// Waits for a reply; owns one count of the ask, and itself.
class Shutdown::Answer final : public AskListener {
 public:
  Answer(std::shared_ptr<Shutdown> shutdown, std::uint64_t number, AskTarget& ask)
      : shutdown_(std::move(shutdown)), number_(number), ask_(ask) {}

  void completed() override {
    const std::unique_ptr<Answer> ends_here(this);
    std::exception_ptr error;
    if (ask_.outcome() != AskTarget::Outcome::replied) {
      error = std::make_exception_ptr(AskFailed("the actor gave no reply: " + ask_.reason()));
    }
    ask_.take_reply();
    ask_.release();
    shutdown_->finish(number_, error);
  }

 private:
  const std::shared_ptr<Shutdown> shutdown_;
  const std::uint64_t number_;
  AskTarget& ask_;
};

void Shutdown::begin_function(Due due) {
  const std::uint64_t number = due.number;
  try {
    // With the lock held, so that the thread cannot be done before it is known here.
    const std::scoped_lock lock(mutex_);
    if (!open_.contains(number)) {
      return;  // the phase has ended meanwhile
    }
    Thread& place = threads_[number];
    auto run = [self = shared_from_this(), function = std::move(due.task.function),
                stopping = std::move(due.stopping), number]() mutable {
      const Shutdown* const outer = std::exchange(t_of_this_thread, self.get());
      std::exception_ptr error;
      try {
        function(stopping);
      } catch (...) {
        error = std::current_exception();
      }
      function = nullptr;  // what it holds may be of use to the next phase
      self->finish(number, error);
      t_of_this_thread = outer;
    };
    if (sole_ != nullptr) {
      sole_->run_apart(std::move(run));
    } else {
      place.thread = std::thread(std::move(run));
    }
  } catch (const std::system_error&) {  // no thread is to be had
    {
      const std::scoped_lock lock(mutex_);
      threads_.erase(number);
    }
    finish(number, std::current_exception());
  }
}

void Shutdown::begin_question(Due due) {
  detail::Question question{due.task.asked, std::move(due.task.question)};
  AskTarget& ask = AskTarget::begin(&anchor_, &question, 1, std::chrono::nanoseconds::max());
  const Ref held = RefAccess::hold(&ask, ask.generation());
  auto answer = std::make_unique<Answer>(shared_from_this(), due.number, ask);
  bool wanted = false;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto open = open_.find(due.number); open != open_.end()) {
      open->second.question = held;
      wanted = true;
    }
  }
  auto* const waiting = answer.release();  // frees itself when it is complete
  if (!ask.notify(*waiting)) {
    waiting->completed();
  } else if (!wanted) {
    ask.give_up("the node waits no more");
  }
}

void Shutdown::end_threads() {
  std::map<std::uint64_t, Thread> ended;
  {
    const std::scoped_lock lock(mutex_);
    ended.swap(threads_);
  }
  for (auto& [number, one] : ended) {
    if (!one.thread.joinable()) {
      continue;  // there was none: one thread runs all
    }
    if (one.has_returned) {
      one.thread.join();
    } else {
      one.thread.detach();
    }
  }
}

}  // namespace spinoff::engine
