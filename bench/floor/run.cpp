#include "floor/run.hpp"

#include "savina/program/engine.hpp"

namespace spinoff::bench {

namespace {

// Each workload has its own number of threads.
Result run_alone(const Order& order, const Options& options) {
  Run run(order.values, options.limit);
  return to_result(order.workload->run(run), run);
}

}  // namespace

const Engine kEngine{.program = "floor",
                     .summary =
                         "What queues and a loop cost with no actor engine around them: the "
                         "limit for an engine. Here --workers changes nothing.",
                     .run = run_alone};

}  // namespace spinoff::bench
