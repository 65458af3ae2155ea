/// The service that tells which port a node of this host has, by the node's name: `nodename@host`.
/// Erlang's epmd is its model. docs/mapper.md has its protocol.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <spinoff/security.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

/// Where nodes look for the mapper of a host, unless they are told another port.
inline constexpr std::uint16_t kMapperPort = 9699;

struct MapperOptions {
  /// Nodes `name@HOST` look for it at HOST.
  NodeId bind{"127.0.0.1", kMapperPort};
  /// As for a node: each name then belongs to a node of the list.
  std::optional<Security> security = std::nullopt;
  bool insecure = false;
  /// Told what was dropped and why, at most once a second, on the thread of `run`.
  std::function<void(const std::string& what)> on_rejected = {};
};

class Mapper {
 public:
  /// Binds. Throws BindFailed.
  explicit Mapper(MapperOptions options);
  Mapper(const Mapper&) = delete;
  Mapper& operator=(const Mapper&) = delete;
  ~Mapper();

  /// With the port that was taken.
  [[nodiscard]] const NodeId& node_id() const noexcept;
  /// Answers until `stop`.
  void run();
  /// Any thread.
  void stop() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff::remoting
