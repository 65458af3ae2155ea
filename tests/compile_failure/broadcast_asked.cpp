// A question to all, of which one reply is expected.
#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

void use(const spinoff::Ref& one, const spinoff::Ref& other) {
#ifdef SPINOFF_EXPECT_SUCCESS
  const spinoff::Router router(spinoff::ScatterGatherFirst{}, {one, other});
#else
  const spinoff::Router router(spinoff::Broadcast{}, {one, other});
#endif
  router.ask<int>(1).get();
}
