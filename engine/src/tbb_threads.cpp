#include "tbb_threads.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

#include <tbb/global_control.h>

namespace spinoff::engine {

namespace {

class Threads {
 public:
  static Threads& instance() {
    static Threads threads;
    return threads;
  }

  void add(int workers) {
    const std::scoped_lock lock(mutex_);
    if (total_ == 0) {
      handle_.emplace(tbb::attach{});
    }
    allow(total_ + workers);
    total_ += workers;
  }

  void remove(int workers) {
    const std::scoped_lock lock(mutex_);
    total_ -= workers;
    if (total_ != 0) {
      allow(total_);
      return;
    }
    // The limit goes last: where TBB's own is no worker at all, on one core, there would be nobody
    // to clean the arena up, and finalize would wait for ever.
    tbb::finalize(*handle_, std::nothrow);
    handle_.reset();
    control_.reset();
  }

 private:
  // The new limit is there before the old one goes, so that TBB's own, which may be lower than
  // both, never counts meanwhile.
  void allow(int workers) {
    control_ = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                     static_cast<std::size_t>(workers) + 1);
  }

  std::mutex mutex_;
  int total_ = 0;
  std::optional<tbb::task_scheduler_handle> handle_;
  std::unique_ptr<tbb::global_control> control_;
};

}  // namespace

TbbShare::TbbShare(int workers) : workers_(workers) {
  Threads::instance().add(workers);
}

TbbShare::~TbbShare() {
  Threads::instance().remove(workers_);
}

}  // namespace spinoff::engine
