/// Rule C06, for every place where a coroutine can wait and every way in which it can end there:
/// all destructors run. (That nothing leaks is what AddressSanitizer looks at.)
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::testing;

struct Tally {
  std::atomic<int> made{0};
  std::atomic<int> gone{0};
};

/// Counts itself in and out.
class Mark {
 public:
  explicit Mark(Tally* tally) : tally_(tally) { ++tally_->made; }
  Mark(const Mark& other) : Mark(other.tally_) {}
  Mark& operator=(const Mark&) = delete;
  ~Mark() { ++tally_->gone; }
  [[nodiscard]] const Tally* tally() const { return tally_; }

 private:
  Tally* tally_;
};

/// What never comes.
struct Never {
  int id = 0;
};
struct Begin {
  Mark mark;
};

/// What a coroutine needs to get stuck.
struct Trap {
  std::string place;
  Ref silent;
  Tally* tally;
  Collector<std::string> waiting{"a coroutine to wait"};
};

/// Waits for ever, at the place that it is told; says so before.
Task<> wait_at(std::string place, Trap trap) {
  const Mark mark(trap.tally);
  if (place == "a task that waits for a task") {
    co_await wait_at("sleep", trap);
  } else if (place == "limits around a task") {
    co_await with_timeout(1h, with_timeout(2h, wait_at("ask", trap)));
  } else if (place == "limits around a sleep") {
    co_await with_timeout(1h, with_timeout(2h, sleep(3h)));
  } else if (place == "sleep") {
    trap.waiting.add(place);
    co_await sleep(1h);
  } else if (place == "ask") {
    trap.waiting.add(place);
    co_await trap.silent.ask<Never>(mark, 1h);
  } else if (place == "two asks") {
    auto first = trap.silent.ask<Never>(mark, 1h);
    auto second = trap.silent.ask<Never>(mark, 1h);
    trap.waiting.add(place);
    co_await second;
    co_await first;
  } else if (place == "join") {
    trap.waiting.add(place);
    co_await trap.silent.join();
  } else if (place == "limit around a join") {
    trap.waiting.add(place);
    co_await with_timeout(1h, trap.silent.join());
  } else {
    throw std::logic_error("no such place: " + place);
  }
}

const std::vector<std::string> kPlaces{
    "a task that waits for a task", "limits around a task", "sleep", "ask", "two asks", "join",
    "limit around a join"};

class WaitingProcess : public Process {
 public:
  Task<> run(Trap trap) {
    const Mark mark(trap.tally);
    if (trap.place == "get") {
      trap.waiting.add(trap.place);
      co_await get<Never>();
    } else if (trap.place == "get by predicate") {
      trap.waiting.add(trap.place);
      const auto one = [mark](const Never& never) { return never.id == mark.tally()->made; };
      const auto other = [mark](const Mark&) { return mark.tally() == nullptr; };
      co_await get(one, other);
    } else if (trap.place == "get by member") {
      trap.waiting.add(trap.place);
      co_await get<&Never::id>(3);
    } else if (trap.place == "limit around a get") {
      trap.waiting.add(trap.place);
      const auto none = [mark](const Never&) { return mark.tally() == nullptr; };
      co_await get(none, 1h);
    } else {
      co_await wait_at(trap.place, trap);
    }
  }
};

class WaitingHandler : public Actor {
 public:
  using Receives = Messages<Begin>;
  explicit WaitingHandler(Trap trap) : trap_(std::move(trap)) {}
  Task<> on(const Begin& begin) {
    const Mark mark(begin.mark);
    co_await wait_at(trap_.place, trap_);
  }

 private:
  Trap trap_;
};

class WaitingEnd : public Puppet {
 public:
  explicit WaitingEnd(Trap trap) : trap_(std::move(trap)) {}
  Task<> post_stop_async() override {
    const Mark mark(trap_.tally);
    co_await wait_at(trap_.place, trap_);
  }

 private:
  Trap trap_;
};

/// Gets questions and keeps them.
class Silent : public Puppet {
 public:
  using Receives = Messages<Do, Mark>;
  using Puppet::on;
  void on(const Mark& mark) { kept_.push_back(mark); }

 private:
  std::vector<Mark> kept_;
};

class Boss : public Puppet {
 public:
  Decision supervise(const ChildError& error) override {
    try {
      std::rethrow_exception(error.error);
    } catch (const std::invalid_argument&) {
      return all_for_one(Decision::Restart);
    } catch (...) {
      return Decision::Stop;
    }
  }
};

enum class End { kill, stop, restart, node };

/// Lets an actor that `spawn` gives get stuck at that place, ends it, and looks what is left.
template <class Spawn>
void check(const std::string& place, End end, Spawn spawn) {
  BOOST_TEST_CONTEXT(place << ", end " << static_cast<int>(end)) {
    Tally tally;
    NodeOptions options = quiet();
    options.stop_limit = 0ms;  // what does not stop at once is killed
    std::optional<Node> node(std::in_place, options);
    const auto silent = node->spawn<Silent>();
    const Trap trap{.place = place, .silent = silent, .tally = &tally};
    const auto boss = node->spawn<Boss>();
    const auto actor = call(boss, [&](Puppet& me) { return Ref(spawn(me, trap)); });
    actor << Begin{Mark(&tally)} << 'x';
    trap.waiting.next();
    switch (end) {
      case End::kill:
        actor.kill();
        actor.join().wait();
        break;
      case End::stop:
        actor.stop();
        silent.stop();
        if (place.find("get") != std::string::npos || place.find("join") != std::string::npos) {
          actor.join().wait();
        }
        break;
      case End::restart: {
        const auto restarted = listen<Restarted>(*node);
        const auto other = call(boss, [](Puppet& me) { return me.spawn<Puppet>(); });
        other << Do{[](Puppet&) { throw std::invalid_argument("broken"); }};
        restarted.next(2);
        break;
      }
      case End::node:
        break;
    }
    node.reset();
    BOOST_TEST(tally.made > 1);
    BOOST_TEST(tally.made == tally.gone);
  }
}

BOOST_AUTO_TEST_SUITE(cancellation)

BOOST_AUTO_TEST_CASE(C06_a_process_is_destroyed_wherever_it_waits_and_however_it_ends) {
  std::vector<std::string> places = kPlaces;
  places.insert(places.end(), {"get", "get by predicate", "get by member", "limit around a get"});
  for (const std::string& place : places) {
    for (const End end : {End::kill, End::stop, End::restart, End::node}) {
      check(place, end,
            [](Puppet& boss, const Trap& trap) { return boss.spawn<WaitingProcess>(trap); });
    }
  }
}

BOOST_AUTO_TEST_CASE(C06_a_coroutine_handler_is_destroyed_wherever_it_waits_and_however_it_ends) {
  for (const std::string& place : kPlaces) {
    for (const End end : {End::kill, End::stop, End::restart, End::node}) {
      check(place, end,
            [](Puppet& boss, const Trap& trap) { return boss.spawn<WaitingHandler>(trap); });
    }
  }
}

BOOST_AUTO_TEST_CASE(C06_a_post_stop_async_is_destroyed_wherever_it_waits_and_however_it_ends) {
  for (const std::string& place : kPlaces) {
    for (const End end : {End::kill, End::node}) {
      check(place, end, [](Puppet& boss, const Trap& trap) {
        const auto actor = boss.spawn<WaitingEnd>(trap);
        actor << Do{[](Puppet& me) { me.stop(); }};
        return actor;
      });
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
