// An actor that claims a protocol, and does not take its message.
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
  void on(const Close& /*close*/) { stop(); }
  void on(const Deposit& /*deposit*/) { sender() << Balance{}; }
#ifdef SPINOFF_EXPECT_SUCCESS
  using Receives = spinoff::Messages<Close, Deposit>;
#else
  using Receives = spinoff::Messages<Close>;
#endif
  using Implements = Saving;
};

void use(spinoff::Node& node) {
  node.spawn<Account>();
}
