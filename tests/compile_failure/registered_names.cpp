// A parameter of an actor class that was given no name.
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

class Greeter : public spinoff::Process {
 public:
  spinoff::Task<> run(spinoff::Ref /*other*/, int /*times*/) { co_return; }
};

#ifdef SPINOFF_EXPECT_SUCCESS
const spinoff::Registered<Greeter> kGreeter{"other", "times"};
#else
const spinoff::Registered<Greeter> kGreeter{"other"};
#endif
