// A process becomes something else.
#include <spinoff/spinoff.hpp>

struct Hello {};

#ifdef SPINOFF_EXPECT_SUCCESS
class Changing : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
  void on(const Hello& /*hello*/) {
    become(this, [](const Hello& /*hello*/) {});
  }
};
#else
class Changing : public spinoff::Process {
 public:
  spinoff::Task<> run() {
    become(this, [](const Hello& /*hello*/) {});
    co_return;
  }
};
#endif

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
