#include "savina/run.hpp"

#include <utility>

#include <spinoff/errors.hpp>
#include <spinoff/events.hpp>

#include "savina/program/engine.hpp"

namespace spinoff::bench {

Run::Run(Values values, int workers, std::chrono::nanoseconds limit)
    : RunBase(std::move(values), limit), node_({.workers = workers, .log_events = false}) {
  node_.subscribe<Error>(
      [this](const Error& event) { fail(event.actor.to_string() + ": " + describe(event.error)); });
}

namespace {

Result run_on_new_node(const Order& order, const Options& options) {
  Run run(order.values, options.workers, options.limit);
  return to_result(order.workload->run(run), run);
}

}  // namespace

const Engine kEngine{
    .program = "savina",
    .summary = "Benchmarks of the actor engine: the Savina suite (Imam and Sarkar, 2014) and more.",
    .run = run_on_new_node};

}  // namespace spinoff::bench
