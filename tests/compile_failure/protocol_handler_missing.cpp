// An actor that takes the messages of a protocol as its own, without a handler.
#include <spinoff/spinoff.hpp>

struct Balance {};
struct Deposit {
  using Reply = Balance;
};
struct Close {};

struct Saving {
  using Receives = spinoff::Messages<Deposit>;
};

class Account : public spinoff::Actor {
 public:
#ifdef SPINOFF_EXPECT_SUCCESS
  void on(const Deposit& /*deposit*/) { sender() << Balance{}; }
#endif
  using Receives = Saving::Receives;
};

void use(spinoff::Node& node) {
  node.spawn<Account>();
}
