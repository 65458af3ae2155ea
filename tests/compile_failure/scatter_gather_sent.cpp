// A message that wants the first of all replies, and has nobody who gets it.
#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

void use(const spinoff::Ref& one, const spinoff::Ref& other) {
#ifdef SPINOFF_EXPECT_SUCCESS
  const spinoff::Router router(spinoff::Broadcast{}, {one, other});
#else
  const spinoff::Router router(spinoff::ScatterGatherFirst{}, {one, other});
#endif
  router << 1;
}
