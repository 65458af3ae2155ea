/// The first process's side of the work between two nodes.
#pragma once

#include <string>

#include "remote/options.hpp"
#include "remote/round_trips.hpp"

namespace spinoff::bench {

struct RemoteFigures {
  double flood_seconds;
  /// Of the messages of the flood; less than zero if there were too many.
  std::int64_t lost;
  RoundTrips round_trips;
};

/// `far_node` is the second process's node. Throws std::exception if the nodes cannot talk.
RemoteFigures measure_nodes(const std::string& far_node, const RemoteOptions& options);

}  // namespace spinoff::bench
