// A process whose `run` the framework may not call.
#include <spinoff/spinoff.hpp>

class Greeter : public spinoff::Process {
#ifdef SPINOFF_EXPECT_SUCCESS
 public:
#endif
  spinoff::Task<> run() { co_return; }
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
