/// One run of a workload on a new node.
#pragma once

#include <chrono>

#include <spinoff/node.hpp>

#include "savina/program/run_base.hpp"

namespace spinoff::bench {

/// Actors may keep a reference to it: it lives longer than the node.
class Run : public RunBase {
 public:
  /// `limit` is how long one `wait` may take.
  Run(Values values, int workers, std::chrono::nanoseconds limit);

  [[nodiscard]] Node& node() noexcept { return node_; }

 private:
  Node node_;
};

}  // namespace spinoff::bench
