#include <utility>

#include <spinoff/engine/crew.hpp>

namespace spinoff::engine {

void Crew::start(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);  // so that the thread finds its place, when it ends
  const Place own = running_.emplace(running_.end());
  try {
    *own = std::thread([this, own, work = std::move(work)] {
      work();
      leave(own);
    });
  } catch (...) {
    running_.erase(own);
    throw;
  }
}

void Crew::leave(Place own) {
  std::thread before;
  {
    const std::scoped_lock lock(mutex_);
    before = std::exchange(ended_, std::move(*own));
    running_.erase(own);
    empty_.notify_all();
  }
  // Whoever joins this thread may destroy the crew.
  if (before.joinable()) {
    before.join();
  }
}

void Crew::join() {
  std::unique_lock lock(mutex_);
  empty_.wait(lock, [&] { return running_.empty(); });
  std::thread last = std::exchange(ended_, {});
  lock.unlock();
  if (last.joinable()) {
    last.join();
  }
}

}  // namespace spinoff::engine
