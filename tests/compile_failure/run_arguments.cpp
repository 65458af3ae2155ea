// Arguments that a process's `run` does not take.
#include <spinoff/spinoff.hpp>

class Greeter : public spinoff::Process {
 public:
  spinoff::Task<> run(spinoff::Ref /*other*/, int /*times*/) { co_return; }
};

void use(spinoff::Node& node, const spinoff::Ref& other) {
#ifdef SPINOFF_EXPECT_SUCCESS
  node.spawn<Greeter>(other, 3);
#else
  node.spawn<Greeter>(3, other);
#endif
}
