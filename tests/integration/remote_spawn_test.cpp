/// Actors that are spawned at other nodes.
#include <atomic>
#include <functional>
#include <optional>

#include "far_worker.hpp"
#include "fixture.hpp"
#include "peer_process.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;
using namespace std::chrono_literals;

constexpr const char* kWorker = "spinoff.integration.FarWorker";
constexpr const char* kParameters = "label='w', first=10";

const Registered<FarWorker, std::string, int> kFarWorker{"label", "first"};

struct SpawnAt {
  std::string node;
  std::string actor_class = kWorker;
  std::string parameters = kParameters;
  bool watched = true;
};

/// What a Boss does about errors, and tells of.
struct Duty {
  Hearings heard = hearings();
  std::function<Decision()> decision = [] { return Decision::Default; };
};

/// Spawns elsewhere what it is told to, and tells all that it hears.
class Boss : public Puppet {
 public:
  using Receives = Messages<Do, SpawnAt, Ticks, Terminated, Fail>;
  explicit Boss(const Duty* duty) : duty_(duty) {}
  Decision supervise(const ChildError& error) override {
    duty_->heard.add({kind_of(error.error) + ": " + describe(error.error), error.child});
    return duty_->decision();
  }

  using Puppet::on;
  Task<> on(const SpawnAt& order) {
    try {
      const Ref child = co_await spawn_on(order.node, order.actor_class, order.parameters);
      if (order.watched) {
        watch(child);
      }
      duty_->heard.add({"spawned", child});
    } catch (const std::exception& error) {
      duty_->heard.add({refusal(error), {}});
    }
  }
  void on(const Ticks& ticks) {
    duty_->heard.add(
        {ticks.label + " " + std::to_string(ticks.own) + " " + std::to_string(ticks.of_child),
         sender()});
  }
  void on(const Terminated& end) { duty_->heard.add({"terminated", end.actor}); }
  void on(const Fail& fail) { throw std::runtime_error(fail.reason); }

 private:
  static std::string kind_of(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const CreateFailed&) {
      return "CreateFailed";
    } catch (const std::logic_error&) {
      return "logic_error";
    } catch (const std::exception&) {
      return "exception";
    } catch (...) {
      return "no exception";
    }
  }
  static std::string refusal(const std::exception& error) {
    std::string type = "another error: ";
    if (dynamic_cast<const UnknownActorClass*>(&error) != nullptr) {
      type = "UnknownActorClass: ";
    } else if (dynamic_cast<const InvalidParameter*>(&error) != nullptr) {
      type = "InvalidParameter: ";
    } else if (dynamic_cast<const InvalidUri*>(&error) != nullptr) {
      type = "InvalidUri: ";
    } else if (dynamic_cast<const SpawnFailed*>(&error) != nullptr) {
      type = "SpawnFailed: ";
    }
    return type + error.what();
  }

  const Duty* const duty_;
};

/// Of a Boss.
class Owner : public Puppet {
 public:
  explicit Owner(Decision decision) : decision_(std::move(decision)) {}
  Decision supervise(const ChildError& /*error*/) override { return decision_; }

 private:
  const Decision decision_;
};

NodeOptions open_to_others() {
  NodeOptions options = options_at("127.0.0.1:0");
  options.allow_remote_spawn = true;
  return options;
}

NodeOptions soon_unreachable() {
  NodeOptions options = options_at("127.0.0.1:0");
  options.unreachable_after = 200ms;
  return options;
}

struct SpawnFixture {
  Duty duty;
  std::optional<TestNode> a{std::in_place};
  std::optional<TestNode> b{std::in_place, open_to_others()};
  Collector<Terminated> ended_at_b = listen<Terminated>(**b);
  Ref boss = (*a)->spawn<Boss>({.name = "boss"}, &duty);

  Ref spawn(const SpawnAt& order) {
    boss << order;
    const Heard heard = duty.heard.next();
    BOOST_TEST_REQUIRE(heard.text == "spawned");
    return heard.ref;
  }
  Ref spawn() { return spawn({.node = b->address()}); }
  std::string refusal(const SpawnAt& order) {
    boss << order;
    return duty.heard.next().text;
  }
  /// The boss says something to an actor.
  template <class M>
  void tell(const Ref& actor, M message) {
    call(boss, [&](Puppet&) { actor << message; });
  }
  void check_heard(const std::string& text, const Ref& ref) {
    const Heard heard = duty.heard.next();
    BOOST_TEST(heard.text == text);
    BOOST_TEST(heard.ref == ref);
  }
  void check_ticks(const Ref& worker, int own, int of_child) {
    tell(worker, Tick{});
    BOOST_TEST(duty.heard.next().text ==
               "w " + std::to_string(own) + " " + std::to_string(of_child));
  }
  /// Waits for the end of the actor where it lives.
  void await_end_there(const Ref& actor) {
    while (ended_at_b.next().actor.uri() != actor.uri()) {
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remote_spawn, SpawnFixture)

BOOST_AUTO_TEST_CASE(R13_spawn_on_gives_a_ref_to_an_actor_of_that_class_at_the_other_node) {
  const Ref worker = spawn();
  BOOST_TEST(!worker.is_local());
  BOOST_TEST(*worker.uri().node() == b->id());
  BOOST_TEST(worker.uri().path().starts_with("/$remote/FarWorker-1-"), worker.uri().path());
  check_ticks(worker, 11, 1);
  check_ticks(worker, 12, 2);
  const Ref second = spawn();
  BOOST_TEST(second != worker);
  check_ticks(second, 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_the_ref_is_the_actors_own_with_its_children_below) {
  const Ref worker = spawn();
  const Ref counter = worker / "counter";
  tell(worker, Tick{});
  check_heard("w 11 1", counter);
}

BOOST_AUTO_TEST_CASE(R13_the_same_code_spawns_at_the_own_node) {
  for (const std::string& node : {a->address(), std::string()}) {
    const Ref worker = spawn({.node = node});
    BOOST_TEST(worker.is_local());
    check_ticks(worker, 11, 1);
    tell(worker, Fail{"worn out"});
    check_heard("exception: worn out", worker);
    check_ticks(worker, 11, 1);
    BOOST_TEST(a->errors.rest().size() == 1);
    worker.stop();
    check_heard("terminated", worker);
  }
}

BOOST_AUTO_TEST_CASE(R13_a_node_without_remoting_spawns_at_itself_only) {
  Node alone(testing::quiet());
  boss = alone.spawn<Boss>(&duty);
  const Ref worker = spawn({.node = ""});
  check_ticks(worker, 11, 1);
  const std::string refused = refusal({.node = b->address()});
  BOOST_TEST(contains(refused, "SpawnFailed: cannot spawn an actor at " + b->address() +
                                   ": this node reaches no other"),
             refused);
}

BOOST_AUTO_TEST_CASE(R13_an_unknown_class_is_refused_by_the_node_that_does_not_know_it) {
  const std::string refused =
      refusal({.node = b->address(), .actor_class = "spinoff.integration.FarWorke"});
  BOOST_TEST(contains(refused,
                      "UnknownActorClass: cannot spawn an actor of class "
                      "\"spinoff.integration.FarWorke\" at " +
                          b->address() + ": there is no actor class"),
             refused);
  BOOST_TEST(contains(refused, kWorker), refused);
}

BOOST_AUTO_TEST_CASE(R13_bad_parameters_are_refused) {
  for (const auto& [given, why] :
       {std::pair("label='w'", "parameter 'first'"), std::pair("label='w', first='x'", "first"),
        std::pair("label=", "label")}) {
    const std::string refused = refusal({.node = b->address(), .parameters = given});
    BOOST_TEST(contains(refused, "InvalidParameter: cannot spawn"), refused);
    BOOST_TEST(contains(refused, why), refused);
  }
}

BOOST_AUTO_TEST_CASE(R13_a_node_that_was_not_told_to_allow_it_refuses_and_says_what_to_do) {
  TestNode shut;
  const std::string refused = refusal({.node = shut.address()});
  BOOST_TEST(contains(refused, "SpawnFailed: "), refused);
  BOOST_TEST(contains(refused,
                      "that node spawns no actors for others; start it with "
                      "NodeOptions::allow_remote_spawn"),
             refused);
}

BOOST_AUTO_TEST_CASE(R13_a_node_that_cannot_be_reached_is_an_error) {
  TestNode impatient(soon_unreachable());
  boss = impatient->spawn<Boss>(&duty);
  const std::string nowhere = free_address();
  const std::string refused = refusal({.node = nowhere});
  BOOST_TEST(
      contains(refused, "SpawnFailed: cannot spawn an actor of class \"" + std::string(kWorker) +
                            "\" at " + nowhere + ": it cannot be reached, or has stopped"),
      refused);
  BOOST_TEST(contains(refusal({.node = "no node"}), "InvalidUri: "));
}

BOOST_AUTO_TEST_CASE(R13_who_gives_up_waiting_has_spawned_nothing) {
  class Impatient : public Process {
   public:
    Task<> run(std::string node, testing::Log log) {
      try {
        co_await with_timeout(10ms, spawn_on(node, kWorker, kParameters));
      } catch (const Timeout&) {
        log.add("timeout");
      }
      co_await get<Text>();
    }
  };
  NodeOptions patient = options_at("127.0.0.1:0");
  patient.unreachable_after = 1h;
  TestNode c(patient);
  const testing::Log log("a step");
  const std::string later = free_address();
  const auto ended = listen<Terminated>(*c);
  const Ref impatient = c->spawn<Impatient>(later, log);
  BOOST_TEST(log.next() == "timeout");
  const Ref stand_in = ended.next().actor;  // the actor's only child
  BOOST_TEST(contains(stand_in.uri().path(), impatient.uri().path() + "/"));
  NodeOptions options = open_to_others();
  options.remoting = later;
  TestNode d(options);
  const auto started = listen<Started>(*d);
  const auto ended_there = listen<Terminated>(*d);
  // In order behind what the impatient one had sent.
  boss = c->spawn<Boss>(&duty);
  const Ref worker = spawn({.node = later});
  check_ticks(worker, 11, 1);
  // If there was one before, it has been stopped.
  if (!worker.uri().path().starts_with("/$remote/FarWorker-1-")) {
    while (!ended_there.next().actor.uri().path().starts_with("/$remote/FarWorker-1-")) {
    }
  }
}

BOOST_AUTO_TEST_CASE(R13_errors_come_to_the_spawner_by_kind_with_their_text) {
  duty.decision = [] { return Decision::Resume; };
  const Ref worker = spawn();
  tell(worker, Fail{"worn out"});
  check_heard("exception: worn out", worker);
  tell(worker, Misuse{});
  check_heard("logic_error: it is misused", worker);
  tell(worker, Fail{"nothing known"});
  check_heard("no exception: something was thrown that is no std::exception", worker);
  for (const char* const text : {"worn out", "it is misused"}) {
    const Error here = a->errors.next();
    BOOST_TEST(here.actor == worker);
    BOOST_TEST(describe(here.error) == text);
    BOOST_TEST(!here.message);
    const Error there = b->errors.next();
    BOOST_TEST(there.actor.uri() == worker.uri());
    BOOST_TEST(describe(there.error) == text);
  }
}

BOOST_AUTO_TEST_CASE(R13_an_actor_that_could_not_start_is_a_CreateFailed_and_stops) {
  const Ref worker = spawn({.node = b->address(), .parameters = "label='broken', first=1"});
  const Heard heard = duty.heard.next();
  BOOST_TEST(contains(heard.text, "CreateFailed: "), heard.text);
  BOOST_TEST(contains(heard.text, "it cannot be made"), heard.text);
  BOOST_TEST(heard.ref == worker);
  check_heard("terminated", worker);
}

BOOST_AUTO_TEST_CASE(R13_Resume_keeps_the_instance) {
  duty.decision = [] { return Decision::Resume; };
  const Ref worker = spawn();
  check_ticks(worker, 11, 1);
  tell(worker, Fail{"worn out"});
  tell(worker, Tick{});  // waits until it is decided
  check_heard("exception: worn out", worker);
  BOOST_TEST(duty.heard.next().text == "w 12 2");
}

BOOST_AUTO_TEST_CASE(R13_Restart_makes_a_new_instance_behind_the_same_ref_with_the_mailbox_kept) {
  const Ref worker = spawn();
  check_ticks(worker, 11, 1);
  tell(worker, Fail{"worn out"});
  tell(worker, Tick{});
  check_heard("exception: worn out", worker);
  BOOST_TEST(duty.heard.next().text == "w 11 1");
  // And again: each failure is decided about.
  tell(worker, Fail{"worn out again"});
  check_heard("exception: worn out again", worker);
  check_ticks(worker, 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_a_restart_may_keep_the_far_actors_children) {
  duty.decision = [] { return Restart{.keep_children = true}; };
  const Ref worker = spawn();
  check_ticks(worker, 11, 1);
  tell(worker, Fail{"worn out"});
  check_heard("exception: worn out", worker);
  check_ticks(worker, 11, 2);
}

BOOST_AUTO_TEST_CASE(R13_limits_and_backoff_count_as_for_any_child) {
  duty.decision = [] {
    return Restart{.max = 2, .within = 1h, .backoff = Backoff{.min = 1ms, .max = 2ms}};
  };
  const Ref worker = spawn();
  for (int i = 0; i < 2; ++i) {
    tell(worker, Fail{"worn out"});
    check_heard("exception: worn out", worker);
    check_ticks(worker, 11, 1);
  }
  tell(worker, Fail{"worn out"});
  check_heard("exception: worn out", worker);
  check_heard("terminated", worker);
  await_end_there(worker);
}

BOOST_AUTO_TEST_CASE(R13_Stop_stops_it) {
  duty.decision = [] { return Decision::Stop; };
  const Ref worker = spawn();
  tell(worker, Fail{"worn out"});
  check_heard("exception: worn out", worker);
  check_heard("terminated", worker);
}

BOOST_AUTO_TEST_CASE(R13_Escalate_makes_it_the_spawners_own_error) {
  duty.decision = [] { return Decision::Escalate; };
  const Ref owner = (*a)->spawn<Owner>(Restart{.keep_children = true});
  boss = call(owner, [&](Puppet& me) { return Ref(me.spawn<Boss>(&duty)); });
  const Ref worker = spawn();
  check_ticks(worker, 11, 1);
  tell(worker, Fail{"worn out"});
  check_heard("exception: worn out", worker);
  BOOST_TEST(a->errors.next().actor == worker);
  const Error own = a->errors.next();
  BOOST_TEST(own.actor == boss);
  BOOST_TEST(describe(own.error) == "worn out");
  // The spawner was restarted with its children kept; the child whose error it was, too.
  check_ticks(worker, 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_a_decision_for_all_restarts_its_siblings_at_other_nodes_too) {
  duty.decision = [] { return all_for_one(Decision::Restart); };
  const Ref first = spawn();
  const Ref second = spawn();
  check_ticks(first, 11, 1);
  check_ticks(second, 11, 1);
  const auto restarted = listen<Restarted>(**b);
  tell(first, Fail{"worn out"});
  check_heard("exception: worn out", first);
  restarted.next(2);
  check_ticks(first, 11, 1);
  check_ticks(second, 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_it_stops_before_its_spawner_has_stopped) {
  const Ref worker = spawn();
  const auto ended_here = listen<Terminated>(**a);
  const auto path = boss.uri().path();
  boss.stop();
  while (ended_here.next().actor.uri().path() != path) {
  }
  // Both events are published before the end is told to whoever waits for it.
  bool ended = false;
  for (const Terminated& end : ended_at_b.rest()) {
    ended = ended || end.actor.uri() == worker.uri();
  }
  BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(R13_a_kill_of_its_spawner_kills_it) {
  const Ref worker = spawn();
  boss.kill();
  await_end_there(worker);
}

BOOST_AUTO_TEST_CASE(R13_a_restart_of_its_spawner_stops_it) {
  const Ref owner = (*a)->spawn<Owner>(Decision::Restart);
  boss = call(owner, [&](Puppet& me) { return Ref(me.spawn<Boss>(&duty)); });
  const Ref worker = spawn({.node = b->address(), .watched = false});
  boss << Fail{"worn out"};
  await_end_there(worker);
  // The new instance has none, and may spawn another.
  check_ticks(spawn(), 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_a_restart_of_its_spawner_that_keeps_children_keeps_it) {
  const Ref owner = (*a)->spawn<Owner>(Restart{.keep_children = true});
  boss = call(owner, [&](Puppet& me) { return Ref(me.spawn<Boss>(&duty)); });
  const Ref worker = spawn();
  check_ticks(worker, 11, 1);
  boss << Fail{"worn out"};
  check_ticks(worker, 12, 2);
  // Its errors come to the new instance.
  tell(worker, Fail{"worn out as well"});
  check_heard("exception: worn out as well", worker);
}

BOOST_AUTO_TEST_CASE(R13_stop_and_kill_of_its_ref_stop_it) {
  const Ref first = spawn();
  first.stop();
  check_heard("terminated", first);
  const Ref second = spawn();
  second.kill();
  check_heard("terminated", second);
  BOOST_TEST(a->errors.empty());
  second.stop();  // that nobody stands for any more: refused, as any at another node
  BOOST_TEST(contains(describe(a->errors.next().error), "cannot be stopped from here"));
}

BOOST_AUTO_TEST_CASE(R13_poison_is_refused_since_it_could_not_come_in_order) {
  const Ref worker = spawn();
  worker.poison();
  BOOST_TEST(contains(describe(a->errors.next().error), "cannot be stopped from here"));
  check_ticks(worker, 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_when_its_node_stops_its_watching_spawner_hears_of_its_end) {
  const Ref worker = spawn();
  b.reset();
  check_heard("terminated", worker);
}

BOOST_AUTO_TEST_CASE(R13_when_its_node_stops_a_spawner_that_does_not_watch_goes_on) {
  const auto ended_here = listen<Terminated>(**a);
  const Ref worker = spawn({.node = b->address(), .watched = false});
  b.reset();
  ended_here.next();  // who stood for it
  b.emplace(open_to_others());
  check_ticks(spawn(), 11, 1);
}

BOOST_AUTO_TEST_CASE(R13_when_its_spawners_node_stops_it_stops) {
  const Ref worker = spawn();
  const Uri uri = worker.uri();
  a.reset();
  while (ended_at_b.next().actor.uri() != uri) {
  }
}

BOOST_AUTO_TEST_CASE(R13_an_actor_in_a_process_that_is_killed_is_a_child_that_has_stopped) {
  PeerProcess far;
  const Ref worker = spawn({.node = far.address()});
  check_ticks(worker, 11, 1);
  far->signal(SIGKILL);
  BOOST_TEST(far->wait() == -SIGKILL);
  check_heard("terminated", worker);
}

BOOST_AUTO_TEST_CASE(R13_an_actor_stops_when_the_process_of_its_spawner_is_killed) {
  PeerProcess spawner("127.0.0.1:0", {"spawn", b->address()});
  constexpr std::string_view kSpawned = "spawned ";
  const Uri worker = Uri::parse(spawner->wait_for_line(kSpawned).substr(kSpawned.size()));
  BOOST_TEST(*worker.node() == b->id());
  BOOST_TEST((*b)->lookup(worker.path()).is_local());
  spawner->signal(SIGKILL);
  BOOST_TEST(spawner->wait() == -SIGKILL);
  while (ended_at_b.next().actor.uri() != worker) {
  }
}

BOOST_AUTO_TEST_CASE(R13_after_a_process_was_halted_for_long_no_actor_is_left_there) {
  PeerProcess far;
  const Ref worker = spawn({.node = far.address()});
  far->signal(SIGSTOP);
  check_heard("terminated", worker);
  far->signal(SIGCONT);
  check_ticks(spawn({.node = far.address()}), 11, 1);
  call(boss, [&](Puppet& me) { me.watch(worker); });
  check_heard("terminated", worker);
  far.check_orderly_stop();
}

BOOST_AUTO_TEST_CASE(R13_a_message_to_a_spawner_from_who_has_no_child_there_means_nothing) {
  const Ref worker = spawn();
  const Ref remote = (*a)->lookup(b->address() + "/$remote");
  tell(remote, Text{"hello"});  // of no type that it knows
  BOOST_TEST(b->unhandled.next().actor.uri().path() == "/$remote");
  check_ticks(worker, 11, 1);
}

BOOST_AUTO_TEST_SUITE_END()
