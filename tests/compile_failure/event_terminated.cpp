// A subscription to the ends of all actors, where only those come that are watched.
#include <spinoff/spinoff.hpp>

class Monitor : public spinoff::Actor {
 public:
#ifdef SPINOFF_EXPECT_SUCCESS
  void pre_start() override { subscribe<spinoff::Restarted>(); }
  void on(const spinoff::Restarted& /*event*/) {}
  using Receives = spinoff::Messages<spinoff::Restarted>;
#else
  void pre_start() override { subscribe<spinoff::Terminated>(); }
  void on(const spinoff::Terminated& /*event*/) {}
  using Receives = spinoff::Messages<spinoff::Terminated>;
#endif
};
