/// How a master and its workers end: the master sends each a stop, each sends one back and stops,
/// and when all have come the master stops.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <spinoff/actor.hpp>

namespace spinoff::bench {

struct Stop {};

class PoolWorker : public Actor {
 public:
  void on(const Stop& stop_too) {
    parent() << stop_too;
    stop();
  }
};

class PoolMaster : public Actor {
 public:
  void on(const Stop& /*stop*/) {
    if (++stopped_ == workers_.size()) {
      stop();
    }
  }

 protected:
  void add_worker(Ref worker) { workers_.push_back(std::move(worker)); }
  [[nodiscard]] const std::vector<Ref>& workers() const { return workers_; }
  /// Again is harmless.
  void stop_workers() {
    if (!std::exchange(stopping_, true)) {
      for (const Ref& worker : workers_) {
        worker << Stop{};
      }
    }
  }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  std::vector<Ref> workers_;
  std::size_t stopped_ = 0;
  bool stopping_ = false;
};

}  // namespace spinoff::bench
