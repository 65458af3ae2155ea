#include <fmt/format.h>

#include <spinoff/api/node_inside.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/testing/expectation.hpp>

namespace spinoff::testing::detail {

Meeting::Meeting(const Node& node)
    : sole_(spinoff::detail::NodeInside::core(node).executor().sole_thread()) {}

bool Meeting::wait(const std::function<bool()>& done, std::chrono::nanoseconds limit) {
  if (engine::Cell::running() != nullptr) {
    throw std::logic_error("an actor cannot wait for what a probe expects: let the test do it");
  }
  if (sole_ != nullptr) {
    const auto locked = [&] {
      const std::scoped_lock held(mutex_);
      return done();
    };
    return sole_->run_until(locked, engine::due_after(sole_->now(), limit));
  }
  std::unique_lock held(mutex_);
  const auto until = engine::due_after(engine::Clock::now(), limit);
  if (until == engine::Clock::time_point::max()) {
    changed_.wait(held, done);
    return true;
  }
  return changed_.wait_until(held, until, done);
}

std::string milliseconds(std::chrono::nanoseconds time) {
  return fmt::format("{:g} ms", std::chrono::duration<double, std::milli>(time).count());
}

}  // namespace spinoff::testing::detail
