// A behavior has two handlers for one message.
#include <spinoff/spinoff.hpp>

struct Hello {};
struct Bye {};

class Changing : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello, Bye>;
#ifdef SPINOFF_EXPECT_SUCCESS
  using Second = Bye;
#else
  using Second = Hello;
#endif
  void on(const Hello& /*hello*/) {
    become(this, [](const Hello& /*hello*/) {}, [](const Second& /*second*/) {});
  }
  void on(const Bye& /*bye*/) {}
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
