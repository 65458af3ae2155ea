// A message on a timer that the actor behind a TypedRef does not take.
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
  greeter.send_later(std::chrono::seconds(1), Hello{});
#else
  greeter.send_later(std::chrono::seconds(1), Bye{});
#endif
}
