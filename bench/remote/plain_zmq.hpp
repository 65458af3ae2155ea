/// The same work with nothing but ZeroMQ: DEALER to ROUTER over loopback, one message a frame; two
/// sockets and two threads for each pair.
#pragma once

#include "remote/program/program.hpp"

namespace spinoff::bench {

void zmq_far_side(const RemoteOptions& options);
/// Throws std::exception also if a message was lost.
RemoteFigures zmq_near_side(const std::string& endpoints, const RemoteOptions& options,
                            const CpuTime& cpu);

inline constexpr System kPlainZmq{.name = "zmq",
                                  .title = "plain ZeroMQ",
                                  .flood_key = "zmq_msgs_per_s",
                                  .cpu_key = "zmq_flood_cpu_ns",
                                  .ask_p50_key = "zmq_rtt_p50_us",
                                  .ask_p99_key = "zmq_rtt_p99_us",
                                  .far_side = zmq_far_side,
                                  .near_side = zmq_near_side};

}  // namespace spinoff::bench
