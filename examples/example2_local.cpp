// The classes of example2, unmodified, on one node and without remoting:
//
//     startnode --actor spinoff.examples.example2_local.LocalApp
#include <spinoff/registry.hpp>

#include "example2.hpp"

namespace spinoff::examples::example2_local {

using example2::ExampleActor;
using example2::ExampleProcess;

class LocalApp : public Process {
 public:
  Task<> run() {
    log("spawning ExampleActor");
    auto actor = spawn<ExampleActor>();

    log("spawning ExampleProcess");
    spawn<ExampleProcess>(actor);

    co_await get();  // so that the entire app does not end at once
  }
};

const Registered<LocalApp> kLocalApp;

}  // namespace spinoff::examples::example2_local
