// A handler of a behavior returns something.
#include <spinoff/spinoff.hpp>

struct Hello {};

class Changing : public spinoff::Actor {
 public:
  using Receives = spinoff::Messages<Hello>;
  void on(const Hello& /*hello*/) { become(this, &Changing::answer); }

 private:
#ifdef SPINOFF_EXPECT_SUCCESS
  void answer(const Hello& /*hello*/) {}
#else
  int answer(const Hello& /*hello*/) { return 1; }
#endif
};

void use(spinoff::Node& node) {
  node.spawn<Changing>();
}
