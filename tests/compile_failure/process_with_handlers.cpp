// A process with a handler, which nobody would call.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Greeter : public spinoff::Process {
 public:
#ifdef SPINOFF_EXPECT_SUCCESS
  spinoff::Task<> run() { co_await get<Hello>(); }
#else
  spinoff::Task<> run() { co_return; }
  void on(const Hello& /*hello*/) {}
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
