/// The guardian in an order of turns that threads come to only now and then.
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <spinoff/events.hpp>

#include "manual_node.hpp"

namespace {

using spinoff::Decision;
using spinoff::Restarted;
using spinoff::detail::ActorType;
using spinoff::detail::Behavior;
using spinoff::detail::EnvelopePtr;
using spinoff::detail::Factory;
using spinoff::detail::FactoryPtr;
using spinoff::detail::Handled;
using spinoff::detail::kMessageType;
using spinoff::testing::ManualNode;

constexpr ActorType kType{.name = "test.FailsAtFirst",
                          .receive = [](Behavior&, EnvelopePtr&) { return Handled::yes; }};

class FailsAtFirst final : public Factory {
 public:
  std::unique_ptr<Behavior> create() override {
    if (std::exchange(first_, false)) {
      throw std::runtime_error("not yet");
    }
    return std::make_unique<Behavior>();
  }

 private:
  bool first_ = true;
};

BOOST_AUTO_TEST_SUITE(guardian)

BOOST_AUTO_TEST_CASE(S08_a_child_that_fails_before_the_guardians_first_turn_gets_an_answer) {
  int restarted = 0;
  const ManualNode node({.guardian_decision = Decision::Restart});
  node.core().events().subscribe(kMessageType<Restarted>, [&](const void*) { ++restarted; });
  node.spawn(kType, FactoryPtr(new FailsAtFirst));
  BOOST_TEST_REQUIRE(node.run_latest());
  node.run();
  BOOST_TEST(restarted == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
