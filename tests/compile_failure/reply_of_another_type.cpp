// A question that declares another reply than is asked for.
#include <spinoff/spinoff.hpp>

struct Balance {};
struct Deposit {
  using Reply = Balance;
};
struct Close {};

struct Saving {
  using Receives = spinoff::Messages<Deposit>;
};

void use(const spinoff::TypedRef<Saving>& account) {
#ifdef SPINOFF_EXPECT_SUCCESS
  account.ask<Balance>(Deposit{}).get();
#else
  account.ask<int>(Deposit{}).get();
#endif
}
