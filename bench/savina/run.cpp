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

void add_counters(Run& run) {
  WorkerCounters all;
  for (const WorkerCounters& worker : run.node().counters().workers) {
    all.messages += worker.messages;
    all.turns += worker.turns;
    all.hand_offs += worker.hand_offs;
    all.moves += worker.moves;
    all.steals += worker.steals;
    all.parks += worker.parks;
  }
  for (const auto& [name, value] : {std::pair{"counted_messages", all.messages},
                                    {"turns", all.turns},
                                    {"hand_offs", all.hand_offs},
                                    {"moves", all.moves},
                                    {"steals", all.steals},
                                    {"parks", all.parks}}) {
    run.add_figure(name, static_cast<double>(value));
  }
}

Result run_on_new_node(const Order& order, const Options& options) {
  Run run(order.values, options.workers, options.limit);
  const Outcome outcome = order.workload->run(run);
  if (options.counters) {
    add_counters(run);
  }
  return to_result(outcome, run);
}

}  // namespace

const Engine kEngine{
    .program = "savina",
    .summary = "Benchmarks of the actor engine: the Savina suite (Imam and Sarkar, 2014) and more.",
    .run = run_on_new_node,
    .has_counters = true};

}  // namespace spinoff::bench
