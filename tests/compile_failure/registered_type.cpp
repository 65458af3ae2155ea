// A parameter of a type that no text can become.
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

#ifdef SPINOFF_EXPECT_SUCCESS
using Place = std::string;
#else
struct Place {
  double x;
  double y;
};
#endif

class Walker : public spinoff::Actor {
 public:
  explicit Walker(Place /*start*/) {}
};

const spinoff::Registered<Walker, Place> kWalker{"start"};
