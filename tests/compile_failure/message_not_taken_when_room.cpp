// A message that waits for room which the actor behind a TypedRef does not take.
#include <spinoff/spinoff.hpp>

struct Hello {};
struct Bye {};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& /*hello*/) {}
  using Receives = spinoff::Messages<Hello>;
};

void use(spinoff::Node& node) {
  auto greeter = node.spawn<Greeter>();
#ifdef SPINOFF_EXPECT_SUCCESS
  static_cast<void>(greeter.send_when_room(Hello{}));
#else
  static_cast<void>(greeter.send_when_room(Bye{}));
#endif
}
