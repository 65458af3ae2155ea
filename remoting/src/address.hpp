/// From the host of a node id to what ZeroMQ binds and connects to. ZeroMQ would look names up
/// itself, but on the thread that serves all connections, and not at all to bind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spinoff::remoting {

/// An address in numbers as it stands in an endpoint, an IPv6 one in brackets; none for a name.
[[nodiscard]] std::optional<std::string> numeric_address(const std::string& host);

struct Addresses {
  /// IPv4 first, so that all nodes choose the same family. Not empty unless `error` is not.
  std::vector<std::string> found;
  std::string error;
};

/// Looks a name up; may take many seconds.
[[nodiscard]] Addresses resolve(const std::string& host);

[[nodiscard]] inline bool is_ipv6(const std::string& address) {
  return address.starts_with('[');
}

[[nodiscard]] inline std::string tcp_endpoint(const std::string& address, std::uint16_t port) {
  return "tcp://" + address + ":" + std::to_string(port);
}

}  // namespace spinoff::remoting
