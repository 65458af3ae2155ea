// A question that does not say what its reply is.
#include <spinoff/spinoff.hpp>

struct Balance {};
struct Deposit {
  using Reply = Balance;
};
struct Close {};

struct Saving {
  using Receives = spinoff::Messages<Deposit>;
};

struct Closing {
  using Receives = spinoff::Messages<Close>;
};

void use(const spinoff::TypedRef<Closing>& account) {
#ifdef SPINOFF_EXPECT_SUCCESS
  account.ask<Balance>(Close{}).get();
#else
  account.ask(Close{}).get();
#endif
}
