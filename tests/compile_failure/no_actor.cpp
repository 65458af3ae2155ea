// A class that is no actor.
#include <spinoff/spinoff.hpp>

#ifdef SPINOFF_EXPECT_SUCCESS
class Greeter : public spinoff::Actor {};
#else
class Greeter {};
#endif

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
