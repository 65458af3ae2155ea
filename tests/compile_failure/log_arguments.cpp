// A line with fewer arguments than places for them.
#include <spinoff/spinoff.hpp>

class Greeter : public spinoff::Actor {
 public:
  void pre_start() override {
#ifdef SPINOFF_EXPECT_SUCCESS
    log("{} and {}", self(), parent());
#else
    log("{} and {}", self());
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
