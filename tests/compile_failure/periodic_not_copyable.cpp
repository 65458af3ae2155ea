// A message that is to be sent again and again, and exists only once.
#include <memory>

#include <spinoff/spinoff.hpp>

struct Tick {
#ifdef SPINOFF_EXPECT_SUCCESS
  std::shared_ptr<int> count;
#else
  std::unique_ptr<int> count;
#endif
};

class Clock : public spinoff::Actor {
 public:
  void pre_start() override { start_timer_at_fixed_rate("tick", std::chrono::seconds(1), Tick{}); }
  void on(const Tick& /*tick*/) {}
  using Receives = spinoff::Messages<Tick>;
};

void use(spinoff::Node& node) {
  node.spawn<Clock>();
}
