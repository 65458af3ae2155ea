// A handler of a behavior does not say which message it takes.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Changing : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
  void on(const Hello& /*hello*/) {
#ifdef SPINOFF_EXPECT_SUCCESS
    become(this, [](const Hello& /*hello*/){});
#else
    become(this, [](const auto& /*hello*/) {});
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
