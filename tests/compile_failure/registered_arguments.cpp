// Types that the actor's constructor does not take.
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

class Counter : public spinoff::Actor {
 public:
#ifdef SPINOFF_EXPECT_SUCCESS
  explicit Counter(const std::string& /*name*/) {}
#else
  explicit Counter(int /*start*/) {}
#endif
};

const spinoff::Registered<Counter, std::string> kCounter{"start"};
