// A handler of a behavior wants a message to change where it lies.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Changing : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
  void on(const Hello& /*hello*/) {
#ifdef SPINOFF_EXPECT_SUCCESS
    become(this, [](Hello&& /*hello*/){});
#else
    become(this, [](Hello& /*hello*/) {});
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
