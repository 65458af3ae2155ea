// Two predicates of which either could mean a message.
#include <spinoff/spinoff.hpp>

struct Ack {
  int id;
};

class Waits : public spinoff::Process {
 public:
  spinoff::Task<> run() {
#ifdef SPINOFF_EXPECT_SUCCESS
    co_await get([](const Ack& ack) { return ack.id == 1 || ack.id == 2; });
#else
    co_await get([](const Ack& ack) { return ack.id == 1; },
                 [](const Ack& ack) { return ack.id == 2; });
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Waits>();
}
