// A message to several actors that can only be moved.
#include <memory>

#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

void use(const spinoff::Ref& one, const spinoff::Ref& other) {
#ifdef SPINOFF_EXPECT_SUCCESS
  const spinoff::Router router(spinoff::RoundRobin{}, {one, other});
#else
  const spinoff::Router router(spinoff::Broadcast{}, {one, other});
#endif
  router << std::make_unique<int>(1);
}
