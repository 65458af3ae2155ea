// What get() gave, sent as if it were the message.
#include <spinoff/spinoff.hpp>

class Router : public spinoff::Process {
 public:
  spinoff::Task<> run(spinoff::Ref worker) {
    const spinoff::AnyMessage message = co_await get();
#ifdef SPINOFF_EXPECT_SUCCESS
    forward(worker, message);
#else
    worker << message;
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Router>(spinoff::Ref());
}
