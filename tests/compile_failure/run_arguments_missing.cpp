// A process that is spawned without the arguments of its `run`.
#include <spinoff/spinoff.hpp>

class Greeter : public spinoff::Process {
 public:
  spinoff::Task<> run(spinoff::Ref /*other*/) { co_return; }
};

void use(spinoff::Node& node, const spinoff::Ref& other) {
#ifdef SPINOFF_EXPECT_SUCCESS
  node.spawn<Greeter>(other);
#else
  node.spawn<Greeter>();
  static_cast<void>(other);
#endif
}
