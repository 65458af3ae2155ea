// A question of the node's stop that the actor behind a TypedRef does not take.
#include <spinoff/spinoff.hpp>

struct Finish {};
struct Done {};

class Server : public spinoff::Actor {
 public:
  void on(const Finish& /*question*/) { sender() << Done{}; }
  using Receives = spinoff::Messages<Finish>;
};

void use(spinoff::Node& node) {
  auto server = node.spawn<Server>();
#ifdef SPINOFF_EXPECT_SUCCESS
  node.on_stop(spinoff::StopPhase::drain, "server", server, Finish{});
#else
  node.on_stop(spinoff::StopPhase::drain, "server", server, Done{});
#endif
}
