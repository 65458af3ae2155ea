// An actor whose Receives is a message instead of a list of messages.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& /*hello*/) {}
#ifdef SPINOFF_EXPECT_SUCCESS
  using Receives = spinoff::Messages<Hello>;
#else
  using Receives = Hello;
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>() << Hello{};
}
