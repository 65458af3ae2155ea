// A ref to an actor that does not take all messages of the protocol.
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
};

spinoff::TypedRef<Saving> use(const spinoff::TypedRef<Account>& account) {
  return account;
}
