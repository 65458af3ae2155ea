/// The starts of other nodes that are over, remembered for a while: what they sent may still come
/// in from an old connection, and must not be taken for the node that has their address now.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include <spinoff/uri.hpp>

namespace spinoff::remoting {

class Retired {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class How : std::uint8_t {
    no,
    replaced,  ///< another start of the node was heard of since
    said_bye,  ///< it told so itself
  };

  Retired(std::chrono::steady_clock::duration keep, std::size_t max_nodes)
      : keep_(keep), max_nodes_(max_nodes) {}

  void add(const NodeId& node, std::uint64_t incarnation, How how, Time now);
  [[nodiscard]] How find(const NodeId& node, std::uint64_t incarnation, Time now) const;
  /// It turned out to be alive.
  void remove(const NodeId& node, std::uint64_t incarnation);
  void expire(Time now);
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

 private:
  struct Start {
    std::uint64_t incarnation = 0;
    How how = How::no;
  };
  struct Entry {
    std::array<Start, 4> starts;
    std::size_t next = 0;
    Time until;
  };

  std::chrono::steady_clock::duration keep_;
  std::size_t max_nodes_;
  std::unordered_map<NodeId, Entry> nodes_;
};

}  // namespace spinoff::remoting
