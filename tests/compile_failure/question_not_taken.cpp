// A question that the actor behind a TypedRef does not take.
#include <spinoff/spinoff.hpp>

struct Question {};
struct Answer {};

class Oracle : public spinoff::Actor {
 public:
  void on(const Question& /*question*/) { sender() << Answer{}; }
  using Receives = spinoff::Messages<Question>;
};

void use(spinoff::Node& node) {
  auto oracle = node.spawn<Oracle>();
#ifdef SPINOFF_EXPECT_SUCCESS
  oracle.ask<Answer>(Question{}).get();
#else
  oracle.ask<Question>(Answer{}).get();
#endif
}
