// A process whose `run` is an ordinary function.
#include <spinoff/spinoff.hpp>

class Greeter : public spinoff::Process {
 public:
#ifdef SPINOFF_EXPECT_SUCCESS
  spinoff::Task<> run() { co_return; }
#else
  void run() {}
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
