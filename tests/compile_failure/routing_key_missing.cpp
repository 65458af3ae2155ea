// A message without a key, to a router that goes by it.
#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

struct Put {
  int key = 0;
#ifdef SPINOFF_EXPECT_SUCCESS
  [[nodiscard]] int routing_key() const { return key; }
#endif
};

void use(const spinoff::Ref& one, const spinoff::Ref& other) {
  const spinoff::Router router(spinoff::ConsistentHash{}, {one, other});
  router << Put{1};
}
