/// Workers that have nothing to do: what they poll, and that they hear when they are called.
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/input_source.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/timer_thread.hpp>
#include <spinoff/engine/worker.hpp>
#include <spinoff/ref.hpp>

#include "support/gate.hpp"

namespace {

using namespace spinoff;
using namespace std::chrono_literals;
using spinoff::testing::Gate;

/// Has an atomic number one higher.
struct Increase {
  std::atomic<int>* number;
};

constexpr detail::ActorType kIncreases{
    .name = "test.Increases", .receive = [](detail::Behavior&, detail::EnvelopePtr& message) {
      if (&message->type() != &detail::kMessageType<Increase>) {
        return detail::Handled::no;
      }
      std::atomic<int>& number = *message->as<Increase>().number;
      ++number;
      number.notify_all();
      return detail::Handled::yes;
    }};

class Creates final : public detail::Factory {
 public:
  std::unique_ptr<detail::Behavior> create() override {
    return std::make_unique<detail::Behavior>();
  }
};

class Source final : public engine::InputSource {
 public:
  explicit Source(std::function<void()> bring_in) : bring_in_(std::move(bring_in)) {}
  void poll() noexcept override {
    was_on_a_worker = was_on_a_worker || engine::Worker::current() != nullptr;
    bring_in_();
    ++polls;
  }
  void stop_polling() noexcept override { stopped.arrive(); }

  std::atomic<int> polls = 0;
  std::atomic<bool> was_on_a_worker = false;
  Gate stopped{"a worker that stops to poll"};

 private:
  const std::function<void()> bring_in_;
};

class Node {
 public:
  explicit Node(int workers, std::shared_ptr<Source> source = nullptr)
      : core_({}, make_executor(workers, std::move(source)),
              std::make_unique<engine::TimerThread>()) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() { core_.stop(30s); }

  Ref spawn() {
    return detail::spawn(core_.guardian(), kIncreases, detail::FactoryPtr(new Creates), {});
  }

 private:
  static std::unique_ptr<engine::Executor> make_executor(int workers,
                                                         std::shared_ptr<Source> source) {
    auto executor = engine::make_tbb_executor(workers);
    if (source != nullptr) {
      executor->poll_when_idle(std::move(source));
    }
    return executor;
  }

  engine::NodeCore core_;
};

void wait_for(const std::atomic<int>& number, int expected) {
  for (int now = number; now < expected; now = number) {
    number.wait(now);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(idle_workers)

BOOST_AUTO_TEST_CASE(one_that_becomes_idle_polls_and_says_when_it_stops) {
  const auto source = std::make_shared<Source>([] {});
  const Node node(1, source);
  source->stopped.wait();
  BOOST_TEST(source->polls > 0);
  BOOST_TEST(!source->was_on_a_worker);
}

BOOST_AUTO_TEST_CASE(what_a_poll_brings_in_is_handled) {
  std::atomic<int> handled = 0;
  Ref actor;
  std::atomic<bool> has_more = false;
  const auto source = std::make_shared<Source>([&] {
    if (has_more.exchange(false)) {
      actor << Increase{&handled};
    }
  });
  Node node(1, source);
  actor = node.spawn();
  has_more = true;
  // So that it works, and becomes idle once more.
  actor << Increase{&handled};
  wait_for(handled, 2);
  BOOST_TEST(handled == 2);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(idle_workers_stress)

// If a call got lost, this would not end. The pauses are as long as a worker searches, watches and
// rests, so that all of these are met in all of their moments.
BOOST_AUTO_TEST_CASE(whoever_is_called_from_outside_comes) {
  for (const int workers : {1, 2, 3}) {
    for (const bool polls : {false, true}) {
      std::atomic<int> all = 0;
      Node node(workers, polls ? std::make_shared<Source>([] {}) : nullptr);
      std::vector<std::jthread> callers;
      for (int i = 0; i < 2; ++i) {
        callers.emplace_back([i, &all, actor = node.spawn()] {
          std::atomic<int> handled = 0;
          for (int n = 1; n <= 1'000; ++n) {
            actor << Increase{&handled};
            wait_for(handled, n);
            ++all;
            if (n % 250 == 0) {
              std::this_thread::sleep_for(4ms + n * 2us);
            }
            const auto until = std::chrono::steady_clock::now() + (n * (i + 1)) % 150 * 1us;
            while (std::chrono::steady_clock::now() < until) {
            }
          }
        });
      }
      callers.clear();
      BOOST_TEST(all == 2'000);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
