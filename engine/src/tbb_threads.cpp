#include "tbb_threads.hpp"

#include <cstddef>
#include <new>

namespace spinoff::engine {

TbbThreads& TbbThreads::instance() {
  static TbbThreads threads;
  return threads;
}

void TbbThreads::add(int workers) {
  const std::scoped_lock lock(mutex_);
  if (total_ == 0) {
    handle_.emplace(tbb::attach{});
  }
  total_ += workers;
  allow();
}

void TbbThreads::remove(int workers) {
  const std::scoped_lock lock(mutex_);
  total_ -= workers;
  allow();
  if (total_ == 0) {
    tbb::finalize(*handle_, std::nothrow);
    handle_.reset();
  }
}

void TbbThreads::allow() {
  control_.reset();
  if (total_ > 0) {
    control_.emplace(tbb::global_control::max_allowed_parallelism,
                     static_cast<std::size_t>(total_) + 1);
  }
}

}  // namespace spinoff::engine
