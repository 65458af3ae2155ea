// A process sets a receive timeout.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Changing : public spinoff::Process {
 public:
  spinoff::Task<> run() {
#ifdef SPINOFF_EXPECT_SUCCESS
    co_await get<Hello>(std::chrono::seconds(5));
#else
    set_receive_timeout(std::chrono::seconds(5));
    co_await get<Hello>();
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
