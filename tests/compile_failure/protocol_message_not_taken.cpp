// A message that is not in the protocol.
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
  account << Deposit{};
#else
  account << Close{};
#endif
}
