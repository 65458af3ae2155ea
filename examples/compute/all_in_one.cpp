// The coordinator and its workers, unchanged, in one node.
#include <spinoff/registry.hpp>

#include "coordinator.hpp"
#include "worker.hpp"

namespace spinoff::examples::compute {

class AllInOne : public Process {
 public:
  Task<> run(std::uint32_t limit, int workers) {
    const Ref coordinator = spawn<Coordinator>({.name = "coordinator"}, limit);
    for (int i = 0; i < workers; ++i) {
      spawn<Worker>(coordinator);
    }
    co_await coordinator.join();
  }
};

const Registered<AllInOne> kAllInOne{"limit", "workers"};

}  // namespace spinoff::examples::compute
