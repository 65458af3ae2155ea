// Two nodes, each in its own process (one line each):
//
//     startnode --remoting 127.0.0.1:9700 --name other
//               --actor spinoff.examples.example2.ExampleActor
//     startnode --remoting 127.0.0.1:9701 --actor spinoff.examples.example2.ExampleProcess
//               --params "other_actor='127.0.0.1:9700/other'"
#include "example2.hpp"

#include <spinoff/registry.hpp>

namespace spinoff::examples::example2 {

const Registered<ExampleActor> kExampleActor;
const Registered<ExampleProcess> kExampleProcess{"other_actor"};

}  // namespace spinoff::examples::example2
