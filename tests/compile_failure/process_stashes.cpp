// A process stashes.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Changing : public spinoff::Process {
 public:
  spinoff::Task<> run() {
    co_await get<Hello>();
#ifndef SPINOFF_EXPECT_SUCCESS
    stash();
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
