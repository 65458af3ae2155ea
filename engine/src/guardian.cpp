#include "guardian.hpp"

namespace spinoff::engine {

namespace {

// Has no handler at all, and one answer for whatever fails below it.
class Guardian final : public detail::Behavior {
 public:
  explicit Guardian(Decision decision) : decision_(decision) {}
  Decision supervise(const ChildError& /*error*/) override { return decision_; }

 private:
  Decision decision_;
};

class GuardianFactory final : public detail::Factory {
 public:
  explicit GuardianFactory(Decision decision) : decision_(decision) {}
  std::unique_ptr<detail::Behavior> create() override {
    return std::make_unique<Guardian>(decision_);
  }

 private:
  Decision decision_;
};

}  // namespace

const detail::ActorType kGuardianType{
    .name = "guardian",
    .receive = [](detail::Behavior&, detail::EnvelopePtr&) { return detail::Handled::no; }};

detail::FactoryPtr make_guardian(Decision decision) {
  return detail::FactoryPtr(new GuardianFactory(decision));
}

}  // namespace spinoff::engine
