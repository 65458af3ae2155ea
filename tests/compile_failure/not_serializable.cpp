// A message that shall come from other nodes, and cannot.
#include <spinoff/spinoff.hpp>

struct Hello {
  std::string text;
#ifdef SPINOFF_EXPECT_SUCCESS
  MSGPACK_DEFINE(text)
#endif
};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& /*hello*/) {}
  using Receives = spinoff::RemoteMessages<Hello>;
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>();
}
