#include "run.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "savina/program/engine.hpp"

namespace spinoff::bench {

namespace {

void know_messages() {
#if CAF_MAJOR_VERSION >= 1
  caf::core::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::savina>();
#endif
}

Result run_on_new_system(const Order& order, const Options& options) {
  static const bool known = (know_messages(), true);
  static_cast<void>(known);
  Run run(order.values, options.workers, options.limit);
  try {
    return to_result(order.workload->run(run), run);
  } catch (const RunFailed& error) {
    // No throw: to end the actor system is to wait for its actors, maybe for ever.
    fmt::print(stderr, "{}: {} failed: {}\n", kEngine.program, order.workload->name, error.what());
    std::fflush(stdout);
    std::_Exit(1);
  }
}

// ./dev bench --peers reads the version from here.
const std::string kSummary = fmt::format("Some benchmarks of the Savina suite on CAF {}.{}.{}",
                                         CAF_MAJOR_VERSION, CAF_MINOR_VERSION, CAF_PATCH_VERSION);

}  // namespace

const Engine kEngine{.program = "savina_caf", .summary = kSummary, .run = run_on_new_system};

}  // namespace spinoff::bench
