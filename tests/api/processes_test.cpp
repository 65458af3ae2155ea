/// Rules C01 to C04: processes, and how they get their messages.
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct A {
  int id = 0;
};
struct B {
  int id = 0;
};
struct Go {};

class Counts : public Process {
 public:
  explicit Counts(Log log) : log_(std::move(log)) { log_.add("constructor"); }
  void pre_start() override { log_.add("pre_start"); }
  void post_stop() override { log_.add("post_stop"); }
  Task<> run() {
    log_.add("run");
    co_await get<Go>();
    log_.add("done");
  }

 private:
  Log log_;
};

BOOST_AUTO_TEST_SUITE(processes)

BOOST_AUTO_TEST_CASE(C01_run_is_started_after_construction_and_when_it_returns_the_actor_stops) {
  const Log log("a step");
  const Collector<Ref> ends("a Terminated");
  Node node(quiet());
  const auto watcher = node.spawn<Watcher>(ends);
  const auto process = node.spawn<Counts>(log);
  call(watcher, [&](Puppet& me) { me.watch(process); });
  process << Go{};
  BOOST_TEST(ends.next() == process);
  for (const char* step : {"constructor", "pre_start", "run", "done", "post_stop"}) {
    BOOST_TEST(log.next() == step);
  }
}

BOOST_AUTO_TEST_CASE(C01_the_arguments_of_a_spawn_go_to_run) {
  class Adds : public Process {
   public:
    Task<> run(int a, const std::string& b, std::string_view c, const Log& log, int d = 4) {
      co_await get<Go>();  // they live as long as the process does
      log.add(std::to_string(a) + b + std::string(c) + std::to_string(d));
    }
  };
  const Log log("a sum");
  Node node(quiet());
  node.spawn<Adds>(1, "and two", std::string("and a number that is longer than short: "), log)
      << Go{};
  BOOST_TEST(log.next() == "1and twoand a number that is longer than short: 4");
}

/// Waits for Go; then for what is asked for, which it notes.
class Selective : public Process {
 public:
  Task<> run(Log log) {
    co_await get<Go>();
    log.add("A" + std::to_string((co_await get<A>()).id));
    const std::variant<A, B> either = co_await get<A, B>();
    log.add((either.index() == 0 ? "A" : "B") +
            std::to_string(std::visit([](const auto& one) { return one.id; }, either)));
    const B third = co_await get([](const B& b) { return b.id == 3; });
    log.add("B" + std::to_string(third.id));
    for (;;) {
      const AnyMessage any = co_await get();
      if (any.is<Go>()) {
        co_return;
      }
      log.add("any " + std::to_string(any.is<A>() ? any.get_if<A>()->id : any.get_if<B>()->id));
    }
  }
};

BOOST_AUTO_TEST_CASE(C02_get_takes_the_oldest_that_fits_and_others_stay_in_order_for_later) {
  const Log log("a message");
  Node node(quiet());
  const Ref process = node.spawn<Selective>(log);
  process << B{1} << A{1} << B{2} << A{2} << B{3} << B{4} << A{3} << Go{} << Go{};
  const std::vector<std::string> expected{"A1", "B1", "B3", "any 2", "any 2", "any 4", "any 3"};
  BOOST_TEST(log.next(7) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(C02_a_process_that_waits_takes_the_first_that_fits_when_it_comes) {
  const Log log("a message");
  Node node(quiet());
  const Ref process = node.spawn<Selective>(log);
  process << Go{} << B{1} << B{2};
  process << A{1};
  BOOST_TEST(log.next() == "A1");
  BOOST_TEST(log.next() == "B1");
  process << B{1} << B{3};
  BOOST_TEST(log.next() == "B3");
  BOOST_TEST(log.next() == "any 2");
  BOOST_TEST(log.next() == "any 1");
  process << A{7};
  BOOST_TEST(log.next() == "any 7");
}

/// Anything but a cost in proportion would take hours here.
BOOST_AUTO_TEST_CASE(C02_taking_n_messages_past_k_kept_ones_costs_no_more_than_n_plus_k) {
  constexpr int kMany = 200'000;
  class Sorts : public Process {
   public:
    Task<> run(Log log) {
      co_await get<Go>();
      int in_order = 0;
      for (int i = 0; i < kMany; ++i) {
        in_order += (co_await get<B>()).id == i ? 1 : 0;
      }
      for (int i = 0; i < kMany; ++i) {
        in_order += (co_await get<A>()).id == i ? 1 : 0;
      }
      log.add(std::to_string(in_order));
    }
  };
  const Log log("the number of messages in order");
  Node node(quiet());
  const Ref process = node.spawn<Sorts>(log);
  for (int i = 0; i < kMany; ++i) {
    process << A{i};
  }
  for (int i = 0; i < kMany; ++i) {
    process << B{i};
  }
  process << Go{};
  BOOST_TEST(log.next() == std::to_string(2 * kMany));
}

class Chooses : public Process {
 public:
  Task<> run(Log log) {
    co_await get<Go>();
    const std::string text = "a predicate may keep what it compares with, however long that is";
    const auto even = [text](const A& a) { return a.id % 2 == 0 && !text.empty(); };
    for (int i = 0; i < 3; ++i) {
      const std::variant<A, B> either =
          co_await get(even, [](const B& b) noexcept { return b.id == 3; });
      log.add(either.index() == 0 ? "A" + std::to_string(std::get<A>(either).id)
                                  : "B" + std::to_string(std::get<B>(either).id));
    }
    co_await get<Go>();
    for (int i = 0; i < 3; ++i) {
      const std::variant<A, B> rest = co_await get<A, B>();
      log.add(rest.index() == 0 ? "A" : "B");
    }
  }
};

BOOST_AUTO_TEST_CASE(C02_predicates_of_several_types_give_the_oldest_that_one_of_them_accepts) {
  const Log log("a message");
  Node node(quiet());
  const Ref process = node.spawn<Chooses>(log);
  process << A{1} << B{3} << B{2} << A{2} << Go{};
  BOOST_TEST(log.next() == "B3");
  BOOST_TEST(log.next() == "A2");
  process << A{3} << B{4} << A{4} << Go{};  // now it waits
  for (const char* expected : {"A4", "A", "B", "A"}) {
    BOOST_TEST(log.next() == expected);
  }
}

struct Named {
  std::string name;
  int number;
  [[nodiscard]] bool is_even() const { return number % 2 == 0; }
};

class Picks : public Process {
 public:
  Task<> run(Log log) {
    co_await get<Go>();
    log.add(text(co_await get<&Named::name>("b")));
    log.add(text(co_await get<&Named::number>(2)));
    log.add(text(co_await get<&Named::name>("a")));  // by then two of that name have gone
    log.add(text(co_await get<Named>()));
    log.add(text(co_await get<&Named::is_even>(true)));
    log.add("waits");
    log.add(text(co_await get<&Named::name>("c")));
    log.add(text(co_await get([](const Named& one) { return one.number == 9; })));
    log.add(text(co_await get<&Named::name>("c")));
    log.add(text(co_await get<Named>()));
  }

 private:
  static std::string text(const Named& one) { return one.name + std::to_string(one.number); }
};

BOOST_AUTO_TEST_CASE(C02_messages_are_found_by_the_value_of_a_member) {
  const Log log("a message");
  Node node(quiet());
  const Ref process = node.spawn<Picks>(log);
  process << Named{"a", 2} << Named{"b", 1} << Named{"a", 2} << Named{"a", 3} << Named{"a", 5}
          << Named{"b", 7} << Named{"b", 4} << Go{};
  // The oldest of each; what was taken in another way is not found any more.
  for (const char* expected : {"b1", "a2", "a2", "a3", "b4", "waits"}) {
    BOOST_TEST(log.next() == expected);
  }
  process << Named{"d", 1} << Named{"c", 8};
  BOOST_TEST(log.next() == "c8");
  process << Named{"c", 1} << Named{"c", 9};
  for (const char* expected : {"c9", "c1", "a5"}) {
    BOOST_TEST(log.next() == expected);
  }
}

/// Anything but a cost in proportion would take hours here.
BOOST_AUTO_TEST_CASE(C02_by_a_member_n_messages_are_taken_past_k_of_their_own_type_at_n_plus_k) {
  constexpr int kMany = 200'000;
  class Sorts : public Process {
   public:
    Task<> run(Log log) {
      co_await get<Go>();
      int in_order = 0;
      for (int i = kMany; i > 0; --i) {  // from the newest
        in_order += (co_await get<&A::id>(i)).id == i ? 1 : 0;
      }
      co_await get<&A::id>(-1);
      log.add(std::to_string(in_order));
    }
  };
  const Log log("the number of messages in order");
  Node node(quiet());
  const Ref process = node.spawn<Sorts>(log);
  for (int i = 0; i < kMany; ++i) {
    process << A{-i};
  }
  for (int i = 1; i <= kMany; ++i) {
    process << A{i};
  }
  process << Go{};
  BOOST_TEST(log.next() == std::to_string(kMany));
}

class TakesBack : public Process {
 public:
  Task<> run(Log log) {
    co_await get<Go>();
    log.add("go");
    Timer cancelled = send_later(0ms, Named{"timed", 1});
    static_cast<void>(send_later(0ms, Named{"timed", 2}));
    static_cast<void>(send_later(2ms, Named{"last", 3}));
    co_await get<&Named::name>("last");
    cancelled.cancel();
    log.add(std::to_string((co_await get<&Named::name>("timed")).number));
  }
};

BOOST_AUTO_TEST_CASE(M08_a_message_that_was_cancelled_is_not_found_by_a_member) {
  const Log log("a number");
  Node node(quiet());
  node.spawn<TakesBack>(log) << Go{};
  BOOST_TEST(log.next() == "go");
  BOOST_TEST(log.next() == "2");
}

BOOST_AUTO_TEST_CASE(C02_messages_that_can_only_be_moved_are_moved_out) {
  class Owns : public Process {
   public:
    Task<> run(Log log) {
      const auto owned = co_await get<std::unique_ptr<int>>();
      log.add(std::to_string(*owned));
    }
  };
  const Log log("a value");
  Node node(quiet());
  node.spawn<Owns>(log) << std::make_unique<int>(5);
  BOOST_TEST(log.next() == "5");
}

BOOST_AUTO_TEST_CASE(C02_the_sender_is_that_of_the_message_that_was_got_last) {
  class Replies : public Process {
   public:
    Task<> run() {
      co_await get<Go>();
      for (;;) {
        const A question = co_await get<A>();
        co_await sleep(0ms);
        sender() << question.id + 1;
      }
    }
  };
  Node node(quiet());
  const Ref process = node.spawn<Replies>();
  auto first = process.ask<int>(A{1});
  auto second = process.ask<int>(A{2});
  process << Go{};
  BOOST_TEST(first.get() == 2);
  BOOST_TEST(second.get() == 3);
}

/// Tries to get an A in time, in one way or the other; then takes what comes later.
class Impatient : public Process {
 public:
  Task<> run(Log log, bool short_form) {
    try {
      if (short_form) {
        co_await get<A>(1ms);
      } else {
        co_await with_timeout(1ms, get<A>());
      }
      log.add("came");
    } catch (const Timeout&) {
      log.add("timeout");
    }
    log.add("later " + std::to_string((co_await get<A>()).id));
  }
};

BOOST_AUTO_TEST_CASE(C03_a_get_that_is_over_throws_timeout_and_a_later_message_is_not_lost) {
  for (const bool short_form : {true, false}) {
    const Log log("a message");
    Node node(quiet());
    const Ref process = node.spawn<Impatient>(log, short_form);
    process << B{1};
    BOOST_TEST(log.next() == "timeout");
    process << A{2};
    BOOST_TEST(log.next() == "later 2");
  }
}

class ImpatientEachWay : public Process {
 public:
  Task<> run(Log log) {
    log.add(co_await outcome(get(1ms)));
    log.add(co_await outcome(get<A, B>(1ms)));
    log.add(co_await outcome(get([](const A& a) { return a.id == 1; }, 1ms)));
    log.add(co_await outcome(
        get([](const A& a) { return a.id == 1; }, [](const B& b) { return b.id == 1; }, 1ms)));
    log.add(co_await outcome(get<&A::id>(1, 1ms)));
    log.add(co_await outcome(with_timeout(1ms, get<&A::id>(1))));
    co_await get<Go>();
    log.add(std::to_string((co_await get([](const A& a) { return a.id == 1; }, 1h)).id));
    log.add(std::to_string((co_await get<&A::id>(2, 1h)).id));
    const auto either = co_await get([](const A& a) { return a.id == 3; },
                                     [](const B& b) { return b.id == 3; }, 1h);
    log.add(std::to_string(std::get<A>(either).id));
  }

 private:
  template <class Awaitable>
  static Task<std::string> outcome(Awaitable awaitable) {
    try {
      co_await std::move(awaitable);
    } catch (const Timeout&) {
      co_return "timeout";
    }
    co_return "no timeout";
  }
};

BOOST_AUTO_TEST_CASE(C03_each_form_of_get_takes_a_limit) {
  const Log log("a step");
  Node node(quiet());
  const Ref process = node.spawn<ImpatientEachWay>(log);
  for (int i = 0; i < 6; ++i) {
    BOOST_TEST(log.next() == "timeout");
  }
  process << Go{} << A{3} << A{2} << A{1};
  for (const char* number : {"1", "2", "3"}) {
    BOOST_TEST(log.next() == number);
  }
}

BOOST_AUTO_TEST_CASE(C03_a_message_that_is_in_time_is_got_and_the_limit_forgotten) {
  class InTime : public Process {
   public:
    Task<> run(Log log) {
      log.add(std::to_string((co_await get<A>(1h)).id));
      log.add(std::to_string((co_await with_timeout(1h, get<A, B>())).index()));
      // Were the limit of this one not forgotten, it would end the sleep.
      co_await get<A>(10ms);
      co_await sleep(30ms);
      log.add("slept");
    }
  };
  const Log log("a step");
  Node node(quiet());
  const Ref process = node.spawn<InTime>(log);
  process << A{1} << B{1} << A{2};
  BOOST_TEST(log.next() == "1");
  BOOST_TEST(log.next() == "1");
  BOOST_TEST(log.next() == "slept");
}

/// Puts limits on all sorts of things, and notes what came of it.
class Limits : public Process {
 public:
  Task<> run(Log log, Ref silent) {
    log.add(co_await outcome(with_timeout(1ms, never())));
    log.add(co_await outcome(with_timeout(1ms, silent.ask<int>(A{}, 1h))));
    log.add(co_await outcome(with_timeout(1ms, sleep(1h))));
    // The innermost limit that is over ends what is awaited.
    log.add(co_await outcome(with_timeout(1h, with_timeout(1ms, get<A>()))));
  }

 private:
  Task<int> never() {
    co_await get<Go>();
    co_return 1;
  }
  template <class Awaitable>
  static Task<std::string> outcome(Awaitable awaitable) {
    try {
      co_await std::move(awaitable);
    } catch (const Timeout&) {
      co_return "timeout";
    }
    co_return "no timeout";
  }
};

BOOST_AUTO_TEST_CASE(C03_a_limit_may_be_put_on_anything_that_is_awaited) {
  class Silent : public Process {
   public:
    Task<> run() { co_await get<Go>(); }
  };
  const Log log("a step");
  Node node(quiet());
  node.spawn<Limits>(log, Ref(node.spawn<Silent>()));
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(log.next() == "timeout");
  }
}

BOOST_AUTO_TEST_CASE(C04_sleep_takes_its_time_and_messages_wait_meanwhile) {
  class Sleeps : public Process {
   public:
    Task<> run(Log log) {
      const auto before = std::chrono::steady_clock::now();
      co_await sleep(20ms);
      const bool slept = std::chrono::steady_clock::now() - before >= 20ms;
      log.add((slept ? "slept " : "woke early ") + std::to_string((co_await get<A>()).id));
    }
  };
  const Log log("a step");
  Node node(quiet());
  node.spawn<Sleeps>(log) << A{1};
  BOOST_TEST(log.next() == "slept 1");
}

BOOST_AUTO_TEST_CASE(C04_get_nowait_takes_what_is_there_and_does_not_wait) {
  class Looks : public Process {
   public:
    Task<> run(Log log) {
      co_await get<Go>();
      for (int i = 0; i < 3; ++i) {
        const auto a = get_nowait<A>();
        log.add(a ? std::to_string(a->id) : "none");
      }
    }
  };
  const Log log("a look");
  Node node(quiet());
  node.spawn<Looks>(log) << A{1} << B{5} << A{2} << Go{};
  BOOST_TEST(log.next() == "1");
  BOOST_TEST(log.next() == "2");
  BOOST_TEST(log.next() == "none");
}

BOOST_AUTO_TEST_CASE(C04_flush_makes_all_that_was_kept_unhandled) {
  class Flushes : public Process {
   public:
    Task<> run() {
      co_await get<Go>();
      flush();
      co_await get<Go>();
    }
  };
  Node node(quiet());
  const auto unhandled = listen<UnhandledMessage>(node);
  const Ref process = node.spawn<Flushes>();
  process << A{1} << B{2} << A{3} << Go{};
  const auto events = unhandled.next(3);
  BOOST_TEST(events[0].message.get_if<A>()->id == 1);
  BOOST_TEST(events[1].message.get_if<B>()->id == 2);
  BOOST_TEST(events[2].message.get_if<A>()->id == 3);
  BOOST_TEST(events[2].actor == process);
  process << A{4} << Go{};
  node.stop();
  BOOST_TEST(unhandled.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
