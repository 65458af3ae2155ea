#include "savina/program/progress.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "savina/program/engine.hpp"

namespace spinoff::bench {

namespace {
constexpr std::chrono::seconds kPeriod{5};
}

Progress::Progress() : thread_([this] { tell(); }) {}

Progress::~Progress() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Progress::begin(std::string what) {
  const std::scoped_lock lock(mutex_);
  what_ = std::move(what);
}

void Progress::tell() {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kPeriod, [this] { return done_; })) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    fmt::print(stderr, "{}: {}; {:.0f} s so far\n", kEngine.program, what_, passed.count());
  }
}

}  // namespace spinoff::bench
