/// The node's own name, `name@host`, at the mapper of its host.
#pragma once

#include <string>

#include <spinoff/engine/node_core.hpp>
#include <spinoff/remoting/hub.hpp>
#include <spinoff/uri.hpp>

#include "mapper_client.hpp"

namespace spinoff::remoting {

/// Has it claimed as long as it lives, or until `stop`, and publishes how that goes.
class OwnName final : private MapperClient::Listener {
 public:
  /// Throws BindFailed if another node that is alive has the name. The options have one.
  OwnName(engine::NodeCore& node, const NodeId& id, const HubOptions& options);

  [[nodiscard]] const NodeId& name() const noexcept { return name_; }
  void stop() { client_.stop(); }

 private:
  void found(const NodeId& /*name*/, const NodeId& /*node*/) noexcept override {}
  void not_found(const NodeId& /*name*/, const std::string& /*reason*/) noexcept override {}
  void claimed() noexcept override;
  void not_claimed(const std::string& reason) noexcept override;

  engine::NodeCore& node_;
  const NodeId name_;
  MapperClient client_;
};

}  // namespace spinoff::remoting
