// Actor classes in a shared object, for a runner that knows nothing of them (one line):
//
//     startnode --library greeter.so --actor spinoff.examples.greeter.Greeter
//               --params "greeting='Good morning'" --message world
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::greeter {

class Greeter : public Actor {
 public:
  explicit Greeter(std::string greeting) : greeting_(std::move(greeting)) {}

  void on(const std::string& name) {
    log("{}, {}!", greeting_, name);
    stop();
  }

  using Receives = Messages<std::string>;

 private:
  std::string greeting_;
};

const Registered<Greeter, std::string> kGreeter{"greeting"};

}  // namespace spinoff::examples::greeter
