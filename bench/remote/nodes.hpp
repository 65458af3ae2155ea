/// Two nodes, an actor for each receiver and each sender.
#pragma once

#include "remote/program/program.hpp"

namespace spinoff::bench {

void nodes_far_side(const RemoteOptions& options);
RemoteFigures nodes_near_side(const std::string& far_node, const RemoteOptions& options,
                              const CpuTime& cpu);

inline constexpr System kNodes{.name = "nodes",
                               .title = "two nodes",
                               .flood_key = "flood_msgs_per_s",
                               .cpu_key = "flood_cpu_ns",
                               .ask_p50_key = "ask_p50_us",
                               .ask_p99_key = "ask_p99_us",
                               .far_side = nodes_far_side,
                               .near_side = nodes_near_side};

}  // namespace spinoff::bench
