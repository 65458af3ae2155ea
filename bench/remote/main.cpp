// remote_bench: two nodes in two processes of this machine, and plain ZeroMQ on the same work.
#include <array>
#include <string>

#include <fmt/format.h>
#include <zmq.hpp>

#include "remote/idle_peers.hpp"
#include "remote/mesh.hpp"
#include "remote/nodes.hpp"
#include "remote/plain_zmq.hpp"

namespace spinoff::bench {

namespace {

constexpr std::array kSystems{kNodes, kPlainZmq};
constexpr std::array kModes{kIdlePeers, kMesh};

std::string zmq_version() {
  const auto [major, minor, patch] = zmq::version();
  return fmt::format("{}.{}.{}", major, minor, patch);
}

// ./dev bench --remote reads the version from here.
const std::string kSummary = fmt::format(
    "Two nodes in two processes on loopback, and on the same work plain ZeroMQ {}", zmq_version());

}  // namespace

const Program kProgram{
    .name = "remote_bench", .summary = kSummary, .systems = kSystems, .modes = kModes};

}  // namespace spinoff::bench
