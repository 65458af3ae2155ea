// An actor with handlers that does not list its messages.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& /*hello*/) {}
#ifdef SPINOFF_EXPECT_SUCCESS
  using Receives = spinoff::Messages<Hello>;
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
