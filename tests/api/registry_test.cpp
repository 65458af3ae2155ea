/// Actor classes by their names, and their parameters from texts.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

#include "support/probe.hpp"

namespace registry_test {

using namespace spinoff;           // NOLINT(google-build-using-namespace)
using namespace spinoff::testing;  // NOLINT(google-build-using-namespace)

// Where the actors of this file say how they were made.
const Log& made() {
  static const Log instance("an actor to be made");
  return instance;
}

class Plain : public Actor {
 public:
  void pre_start() override { made().add("Plain"); }
};
const Registered<Plain> kPlain;

class Worker : public Actor {
 public:
  Worker(int count, const std::string& name) {
    made().add("Worker " + std::to_string(count) + " " + name);
  }
};
const Registered<Worker, int, std::string> kWorker{"count", "name"};

// Everything that a process's run may take: by value and by reference.
class Everything : public Process {
 public:
  Task<> run(bool flag, const std::string& text, double number, std::chrono::milliseconds pause,
             const std::vector<std::int64_t>& list) {
    std::string line = flag ? "yes " : "no ";
    line += text + " " + std::to_string(number) + " " + std::to_string(pause.count());
    for (const std::int64_t element : list) {
      line += " " + std::to_string(element);
    }
    made().add(line);
    co_return;
  }
};
const Registered<Everything> kEverything{"flag", "text", "number", "pause", "list"};

class Friends : public Process {
 public:
  Task<> run(Ref one, const TypedRef<Plain>& typed, std::vector<Ref> many) const {
    std::string line = one.to_string() + " " + typed.to_string();
    for (const Ref& each : many) {
      line += " " + each.to_string();
    }
    made().add(line);
    co_return;
  }
};
const Registered<Friends> kFriends{"one", "typed", "many"};

// A process whose parameters go to its constructor.
class Constructed : public Process {
 public:
  explicit Constructed(int count) : count_(count) {}
  Task<> run() {
    made().add("Constructed " + std::to_string(count_));
    co_return;
  }

 private:
  int count_;
};
const Registered<Constructed, int> kConstructed{"count"};

struct Renamed : Actor {
  static constexpr std::string_view kTypeName = "registry_test.other_name";
};

ParameterValue text(std::string value) {
  return {std::move(value)};
}
ParameterValue integer(std::int64_t value) {
  return {value};
}

std::string refusal(std::string_view actor_class, const Parameters& given) {
  Node node(quiet());
  try {
    find_actor_class(actor_class).spawn(node, given);
  } catch (const InvalidParameter& error) {
    return error.what();
  }
  return "no error";
}

std::string unknown(std::string_view name) {
  try {
    static_cast<void>(find_actor_class(name));
  } catch (const UnknownActorClass& error) {
    return error.what();
  }
  return "no error";
}

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(N01_a_registered_class_is_spawned_by_its_dotted_name) {
  Node node(quiet());
  const Ref ref = find_actor_class("registry_test.Plain").spawn(node, {}, {.name = "plain"});
  BOOST_TEST(made().next() == "Plain");
  BOOST_TEST(ref == node.lookup("/plain"));
}

BOOST_AUTO_TEST_CASE(P06_parameters_go_to_the_constructor_in_the_order_of_their_names) {
  Node node(quiet());
  find_actor_class("registry_test.Worker")
      .spawn(node, {{"name", text("db")}, {"count", integer(3)}});
  BOOST_TEST(made().next() == "Worker 3 db");
  find_actor_class("registry_test.Constructed").spawn(node, {{"count", integer(-7)}});
  BOOST_TEST(made().next() == "Constructed -7");
}

BOOST_AUTO_TEST_CASE(P06_the_types_of_a_processes_parameters_are_those_of_its_run) {
  Node node(quiet());
  find_actor_class("registry_test.Everything")
      .spawn(node, {{"flag", {true}},
                    {"text", text("a b")},
                    {"number", {0.5}},
                    {"pause", text("2s")},
                    {"list", {ParameterValue::Array{integer(1), integer(2)}}}});
  BOOST_TEST(made().next() == "yes a b 0.500000 2000 1 2");
}

BOOST_AUTO_TEST_CASE(P06_a_parameter_that_is_a_ref_is_looked_up_at_the_spawn) {
  Node node(quiet());
  node.spawn<Puppet>({.name = "here"});
  find_actor_class("registry_test.Friends")
      .spawn(node, {{"one", text("127.0.0.1:9700/there")},
                    {"typed", text("/here")},
                    {"many", {ParameterValue::Array{text("/here"), text("host:1/x")}}}});
  BOOST_TEST(made().next() == "<127.0.0.1:9700/there> </here> </here> <host:1/x>");
}

BOOST_AUTO_TEST_CASE(P06_a_parameter_that_does_not_fit_is_told_with_actor_name_type_and_value) {
  const std::string worker = "actor registry_test.Worker: ";
  BOOST_TEST(refusal("registry_test.Worker", {{"count", text("3")}, {"name", text("x")}}) ==
             worker + "parameter 'count': expected a signed 32-bit integer, was given \"3\"");
  BOOST_TEST(refusal("registry_test.Worker", {{"count", integer(3)}}) ==
             worker + "parameter 'name' is missing: expected a text");
  BOOST_TEST(refusal("registry_test.Worker",
                     {{"count", integer(3)}, {"name", text("x")}, {"size", integer(1)}}) ==
             worker + "parameter 'size' is not known here; there is 'count', 'name'");
  BOOST_TEST(refusal("registry_test.Plain", {{"size", integer(1)}}) ==
             "actor registry_test.Plain: parameter 'size' is not known here; there are none");
}

BOOST_AUTO_TEST_CASE(P06_a_ref_that_cannot_be_looked_up_is_told_with_the_reason) {
  const auto told = [](ParameterValue one, ParameterValue many) {
    return refusal("registry_test.Friends",
                   {{"one", std::move(one)}, {"typed", text("h:1/t")}, {"many", std::move(many)}});
  };
  const std::string friends = "actor registry_test.Friends: parameter ";
  const std::string an_actor = "an actor, '/path' or 'host:port/path'";
  const ParameterValue none{ParameterValue::Array{}};
  BOOST_TEST(told(integer(3), none) == friends + "'one': expected " + an_actor + ", was given 3");
  BOOST_TEST(told(text("/nobody"), none) ==
             friends + "'one': there is no actor '/nobody' on this node");
  BOOST_TEST(told(text("nonsense"), none)
                 .starts_with(friends + "'one': expected " + an_actor +
                              ", but invalid URI \"nonsense\": "));
  BOOST_TEST(told(text("h:1/a"), text("/x")) == friends +
                                                    "'many': expected an array, each element " +
                                                    an_actor + ", was given \"/x\"");
  BOOST_TEST(told(text("h:1/a"), {ParameterValue::Array{text("h:1/b"), integer(1)}}) ==
             friends + "'many[1]': expected " + an_actor + ", was given 1");
}

BOOST_AUTO_TEST_CASE(N03_classes_are_listed_in_order_with_their_parameters_in_words) {
  std::string list;
  for (const ActorClass* const one : registered_actor_classes()) {
    if (one->name().starts_with("registry_test.")) {
      list += one->name().substr(14);
      for (const ActorClass::Parameter& parameter : one->parameters()) {
        list += " " + std::string(parameter.name) + "=" + parameter.type;
      }
      list += "\n";
    }
  }
  BOOST_TEST(list ==
             "Constructed count=a signed 32-bit integer\n"
             "Everything flag=true or false text=a text number=a number "
             "pause=a duration such as '5s' or '250ms' "
             "list=an array, each element a signed 64-bit integer\n"
             "Friends one=an actor, '/path' or 'host:port/path' "
             "typed=an actor, '/path' or 'host:port/path' "
             "many=an array, each element an actor, '/path' or 'host:port/path'\n"
             "Plain\n"
             "Worker count=a signed 32-bit integer name=a text\n");
}

BOOST_AUTO_TEST_CASE(N04_an_unknown_class_is_told_with_names_that_are_alike) {
  BOOST_TEST(unknown("registry_test.Wroker") ==
             "there is no actor class \"registry_test.Wroker\" (similar: registry_test.Worker)");
  BOOST_TEST(unknown("worker") ==
             "there is no actor class \"worker\" (similar: registry_test.Worker)");
  BOOST_TEST(unknown("a\nb") == "there is no actor class \"a\\nb\"");
  BOOST_TEST(unknown("") == "there is no actor class \"\"");
  BOOST_TEST(unknown(std::string(100'000, 'x')).starts_with("there is no actor class \"xxx"));
}

BOOST_AUTO_TEST_CASE(a_class_is_known_while_its_registration_exists) {
  BOOST_TEST(unknown("registry_test.other_name") != "no error");
  {
    const Registered<Renamed> registered;
    BOOST_TEST(&find_actor_class("registry_test.other_name") == &registered);
  }
  BOOST_TEST(unknown("registry_test.other_name") != "no error");
}

BOOST_AUTO_TEST_CASE(N04_two_classes_of_one_name_are_an_error_that_says_where_they_are) {
  const Registered<Renamed> one;
  {
    const Registered<Renamed> two;
    const std::string told = unknown("registry_test.other_name");
    BOOST_TEST(
        told.starts_with("the actor class registry_test.other_name is registered twice, in "));
    BOOST_TEST(told.ends_with(": leave one out, or give it a kTypeName of its own"));
  }
  BOOST_TEST(&find_actor_class("registry_test.other_name") == &one);
}

BOOST_AUTO_TEST_CASE(P05_a_bad_name_is_an_error_at_the_spawn) {
  Node node(quiet());
  const ActorClass& plain = find_actor_class("registry_test.Plain");
  BOOST_CHECK_THROW(plain.spawn(node, {}, {.name = "a/b"}), InvalidName);
  plain.spawn(node, {}, {.name = "twin"});
  BOOST_CHECK_THROW(plain.spawn(node, {}, {.name = "twin"}), NameConflict);
  BOOST_TEST(made().next() == "Plain");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace registry_test
