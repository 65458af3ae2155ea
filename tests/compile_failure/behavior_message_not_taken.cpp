// A behavior takes a message that the actor does not list.
#include <spinoff/spinoff.hpp>

struct Listed {};
struct Other {};

class Changing : public spinoff::Actor {
 public:
#ifdef SPINOFF_EXPECT_SUCCESS
  using Receives = spinoff::Messages<Listed, Other>;
#else
  using Receives = spinoff::Messages<Listed>;
#endif
  void on(const Listed& /*listed*/) {
    become(this, [](const Other& /*other*/) {});
  }
  void on(const Other& /*other*/) {}
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
