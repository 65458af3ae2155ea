/// A lane's threads: who gets the next turn, when there can be no thread, and wake-ups that come
/// too late.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/crew.hpp>
#include <spinoff/engine/lane.hpp>
#include <spinoff/engine/system_messages.hpp>

#include "manual_node.hpp"
#include "support/gate.hpp"

namespace {

using namespace std::chrono_literals;
using namespace spinoff;
using namespace spinoff::testing;
using detail::Envelope;
using engine::Cell;
using engine::Crew;
using engine::Home;
using engine::Lane;

struct Job {
  std::function<void()> what;
};

constexpr detail::ActorType kWorks{.name = "test.Works",
                                   .receive = [](detail::Behavior&, detail::EnvelopePtr& job) {
                                     job->as<Job>().what();
                                     return detail::Handled::yes;
                                   }};

class WorksFactory final : public detail::Factory {
 public:
  std::unique_ptr<detail::Behavior> create() override {
    return std::make_unique<detail::Behavior>();
  }
};

/// As if the system had only so many threads.
class SmallCrew final : public Crew {
 public:
  explicit SmallCrew(int threads) : left_(threads) {}
  void start(std::function<void()> work) override {
    if (left_ == 0) {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    }
    --left_;
    Crew::start(std::move(work));
  }
  void allow(int more) { left_ += more; }

 private:
  std::atomic<int> left_;
};

template <class Condition>
void wait_until(const char* what, const Condition& condition) {
  const auto limit = std::chrono::steady_clock::now() + kWaitLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) {
      throw WaitedTooLong(std::string("waited for ") + what);
    }
    std::this_thread::yield();
  }
}

/// A lane, and actors that are at home there.
class World {
 public:
  explicit World(int threads, std::chrono::nanoseconds linger = 1h)
      : crew(threads), lane(kHome, {.threads = 100, .linger = linger}, crew) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { end(); }
  /// Returns when all have closed, and no thread is left.
  void end() {
    for (const Ref& actor : actors_) {
      stop(actor);
    }
    lane.end();
    crew.join();
  }

  Ref spawn() {
    Cell& guardian = node_.core().guardian();
    BOOST_TEST_REQUIRE(lane.enter("lane"));
    auto [cell, ref] = Cell::create(*guardian.anchor(), &guardian, kWorks,
                                    detail::FactoryPtr(new WorksFactory), {});
    guardian.children().add(cell);
    lane.start(cell);
    actors_.push_back(ref);
    return ref;
  }
  void send(const Ref& to, std::function<void()> job) {
    Envelope* const message = Envelope::make<Job>(detail::Sender{}, Job{std::move(job)}).release();
    message->target_generation = detail::RefAccess::generation(to);
    if (cell(to).mailbox().push(message) == engine::Push::woke) {
      lane.schedule(cell(to));
    }
  }
  /// Returns when it has closed.
  void stop(const Ref& actor) {
    if (cell(actor).home() == engine::kNowhere) {
      return;
    }
    Envelope* const message =
        Envelope::make<engine::Stop>(detail::Sender{}, engine::Stop{}).release();
    message->target_generation = detail::RefAccess::generation(actor);
    if (cell(actor).mailbox().push_system(message) == engine::Push::woke) {
      lane.schedule(cell(actor));
    }
    wait_until("an actor to close", [&] { return cell(actor).home() == engine::kNowhere; });
  }
  static Cell& cell(const Ref& actor) {
    return *static_cast<Cell*>(detail::RefAccess::target(actor));
  }
  [[nodiscard]] DispatcherCounters counters() const {
    DispatcherCounters counters;
    lane.add_to(counters);
    return counters;
  }
  /// Turns that have ended.
  void wait_for_turns(std::uint64_t turns) const {
    wait_until("turns to end", [&] { return counters().turns >= turns; });
  }

  static constexpr Home kHome = Home::homeless(1).with_lane(5);
  SmallCrew crew;
  Lane lane;

 private:
  ManualNode node_;
  std::vector<Ref> actors_;
};

BOOST_AUTO_TEST_SUITE(lane)

BOOST_AUTO_TEST_CASE(C09_a_lanes_number_is_in_its_home) {
  constexpr Home kOther = Home::homeless(2).with_lane(5);
  static_assert(World::kHome.lane() == 5 && World::kHome.is_homeless());
  static_assert(World::kHome.is_in_same_executor(Home::homeless(1)));
  static_assert(!World::kHome.is_in_same_executor(kOther));
  BOOST_TEST((Home::of_new_executor() != Home::of_new_executor()));
}

BOOST_AUTO_TEST_CASE(C09_the_thread_that_has_waited_least_gets_the_next_turn) {
  World world(2);
  const Ref a = world.spawn();
  const Ref b = world.spawn();
  Gate both("both to run", 2);
  Gate leave_a("the test");
  Gate leave_b("the test");
  std::thread::id of_b;
  world.wait_for_turns(2);
  world.send(a, [&] {
    both.arrive();
    leave_a.wait();
  });
  world.send(b, [&] {
    of_b = std::this_thread::get_id();
    both.arrive();
    leave_b.wait();
  });
  both.wait();
  leave_a.open();
  world.wait_for_turns(3);
  leave_b.open();
  world.wait_for_turns(4);
  for (std::uint64_t turns = 5; turns < 10; ++turns) {
    std::thread::id now;
    world.send(a, [&] { now = std::this_thread::get_id(); });
    world.wait_for_turns(turns);
    BOOST_TEST((now == of_b));
  }
}

BOOST_AUTO_TEST_CASE(C09_a_thread_that_is_on_its_way_is_waited_for) {
  World world(100);
  world.spawn();
  world.wait_for_turns(1);
  BOOST_TEST(world.counters().threads == 1U);
}

BOOST_AUTO_TEST_CASE(C09_where_no_thread_can_start_those_that_there_are_do_all) {
  World world(1);
  const Ref a = world.spawn();
  const Ref b = world.spawn();
  Gate entered("one to block");
  Gate leave("the test");
  Gate done("both to be done", 2);
  world.send(a, [&] {
    entered.open();
    leave.wait();
    done.arrive();
  });
  entered.wait();
  world.send(b, [&] { done.arrive(); });
  BOOST_TEST(done.arrivals() == 0U);
  BOOST_TEST(world.counters().queue_length == 1U);
  leave.open();
  BOOST_CHECK_NO_THROW(done.wait());
  BOOST_TEST(world.counters().threads == 1U);
}

BOOST_AUTO_TEST_CASE(C09_nobody_enters_where_there_is_no_thread_at_all) {
  World world(0);
  BOOST_CHECK_THROW(static_cast<void>(world.lane.enter("lane")), std::system_error);
  BOOST_TEST(world.counters().threads == 0U);
  world.crew.allow(1);
  Gate done("a turn");
  world.send(world.spawn(), [&] { done.open(); });
  BOOST_CHECK_NO_THROW(done.wait());
}

BOOST_AUTO_TEST_CASE(C09_nobody_enters_after_the_end) {
  World world(1);
  world.lane.end();
  BOOST_TEST(!world.lane.enter("lane"));
}

BOOST_AUTO_TEST_CASE(C09_one_thread_stays_while_there_are_actors) {
  World world(10, 0s);
  const Ref a = world.spawn();
  const Ref b = world.spawn();
  world.wait_for_turns(2);
  BOOST_CHECK_NO_THROW(
      wait_until("one thread to be left", [&] { return world.counters().threads == 1U; }));
  world.stop(a);
  world.crew.allow(-8);  // no other can start
  Gate done("a turn");
  world.send(b, [&] { done.open(); });
  BOOST_CHECK_NO_THROW(done.wait());
  world.stop(b);
  BOOST_CHECK_NO_THROW(
      wait_until("no thread to be left", [&] { return world.counters().threads == 0U; }));
}

BOOST_AUTO_TEST_CASE(C09_a_wake_up_of_an_actor_that_has_closed_means_nothing) {
  World world(1);
  const Ref a = world.spawn();
  world.wait_for_turns(1);
  world.stop(a);
  world.wait_for_turns(2);
  world.lane.schedule(World::cell(a));
  BOOST_TEST(world.counters().queue_length == 0U);
  const Ref b = world.spawn();
  world.wait_for_turns(3);
  BOOST_TEST(world.counters().turns == 3U);
}

BOOST_AUTO_TEST_CASE(C09_a_wake_up_of_an_actor_that_is_at_home_elsewhere_means_nothing) {
  World world(2);
  const Ref a = world.spawn();
  world.wait_for_turns(1);
  Lane other(Home::homeless(2).with_lane(5), {}, world.crew);
  BOOST_TEST_REQUIRE(other.enter("other"));
  other.schedule(World::cell(a));
  other.leave();
  DispatcherCounters counters;
  wait_until("the other lane's thread to end", [&] {
    counters = {};
    other.add_to(counters);
    return counters.threads == 0U;
  });
  BOOST_TEST(counters.turns == 0U);
  world.end();  // the other lane has to be there until then
}

// Wake-ups may come from an earlier life of the place.
BOOST_AUTO_TEST_CASE(C09_among_wake_ups_without_a_message_nobody_runs_twice_and_nothing_is_lost) {
  constexpr std::size_t kSenders = 3;
  constexpr std::size_t kJobs = 2'000;
  World world(4, 1us);
  world.crew.allow(1'000'000);
  const Ref a = world.spawn();
  std::atomic<bool> running = false;
  std::atomic<int> overlapping = 0;
  std::size_t handled = 0;  // by one turn at a time
  Gate done("all jobs to be done", kSenders * kJobs);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kSenders; ++i) {
      threads.emplace_back([&] {
        for (std::size_t job = 0; job < kJobs; ++job) {
          world.send(a, [&] {
            if (running.exchange(true)) {
              ++overlapping;
            }
            ++handled;
            running = false;
            done.arrive();
          });
          world.lane.schedule(World::cell(a));
        }
      });
    }
  }
  BOOST_CHECK_NO_THROW(done.wait());
  BOOST_TEST(overlapping == 0);
  world.stop(a);
  BOOST_TEST(handled == kSenders * kJobs);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
