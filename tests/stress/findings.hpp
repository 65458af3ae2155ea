/// What a stress test finds wrong while it goes on.
#pragma once

#include <cstddef>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

namespace spinoff::stress {

/// Any thread may add.
class Findings {
 public:
  /// `what` is a sentence. The first few are printed at once, since the program may not live to the
  /// end of its test.
  void add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (++count_ <= kKept) {
      kept_.push_back(what);
      std::fprintf(stderr, "stress: wrong: %s\n", what.c_str());
    }
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string all = std::to_string(count_) + " found";
    for (const std::string& one : kept_) {
      all += "\n  " + one;
    }
    return all;
  }

 private:
  static constexpr std::size_t kKept = 20;
  mutable std::mutex mutex_;
  std::size_t count_ = 0;
  std::vector<std::string> kept_;
};

}  // namespace spinoff::stress
