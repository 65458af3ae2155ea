// An actor that lists a message without a handler for it.
#include <spinoff/spinoff.hpp>

struct Hello {};
struct Bye {};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& /*hello*/) {}
#ifdef SPINOFF_EXPECT_SUCCESS
  void on(const Bye& /*bye*/) {}
#endif
  using Receives = spinoff::Messages<Hello, Bye>;
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
