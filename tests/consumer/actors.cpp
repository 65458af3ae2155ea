// Actor classes in a shared object, for `consumer_node --library`.
#include <string>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

#include "greeter.hpp"

namespace consumer {

class GreetOnce : public spinoff::Process {
 public:
  spinoff::Task<> run(std::string name) {
    auto greeter = spawn<Greeter>();
    // In two lines, since GCC 12 destroys an aggregate that is made inside a co_await twice.
    auto asked = greeter.ask<Greeting>(Hello{name});
    const auto greeting = co_await asked;
    log("{}", greeting.text);
  }
};

const spinoff::Registered<GreetOnce> kGreetOnce{"name"};

}  // namespace consumer
