// A lambda that the compiler would destroy twice.
#include <string>

#include <spinoff/spinoff.hpp>

struct Hello {
  std::string name;
};

class Greeter : public spinoff::Process {
 public:
  spinoff::Task<> run(std::string name) {
#ifdef SPINOFF_EXPECT_SUCCESS
    const auto known = [name](const Hello& hello) { return hello.name == name; };
    co_await get(known);
#else
    co_await get([name](const Hello& hello) { return hello.name == name; });
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Greeter>("Anna");
}
