// A handler written as a coroutine, whose Task nobody would run.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Greeter : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
#ifdef SPINOFF_EXPECT_SUCCESS
  void on(const Hello& /*hello*/) {}
#else
  spinoff::Task<> on(const Hello& /*hello*/) { co_return; }
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
