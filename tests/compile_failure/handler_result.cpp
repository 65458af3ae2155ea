// A handler with a result, which nobody would get.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Greeter : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
#ifdef SPINOFF_EXPECT_SUCCESS
  void on(const Hello& /*hello*/) {}
#else
  spinoff::Task<int> on(const Hello& /*hello*/) { co_return 1; }
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
