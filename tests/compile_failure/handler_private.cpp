// A handler that the framework may not call.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Greeter : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
#ifndef SPINOFF_EXPECT_SUCCESS
 private:
#endif
  void on(const Hello& /*hello*/) {}
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
