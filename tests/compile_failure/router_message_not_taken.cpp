// A message that the routees of a pool do not take.
#include <spinoff/router.hpp>
#include <spinoff/spinoff.hpp>

struct Hello {};
struct Bye {};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& /*hello*/) {}
  using Receives = spinoff::Messages<Hello>;
};

void use(spinoff::Node& node) {
  auto greeters = node.spawn_pool<Greeter>(spinoff::RoundRobin{}, {.size = 2});
#ifdef SPINOFF_EXPECT_SUCCESS
  greeters << Hello{};
#else
  greeters << Bye{};
#endif
}
