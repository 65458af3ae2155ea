// An event that only one actor could get.
#include <memory>

#include <spinoff/spinoff.hpp>

struct Alarm {
#ifdef SPINOFF_EXPECT_SUCCESS
  std::shared_ptr<int> what;
#else
  std::unique_ptr<int> what;
#endif
};

class Monitor : public spinoff::Actor {
 public:
  void pre_start() override { subscribe<Alarm>(); }
  void on(const Alarm& /*event*/) {}
  using Receives = spinoff::Messages<Alarm>;
};
