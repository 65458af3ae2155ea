#include "own_name.hpp"

#include <spinoff/events.hpp>

namespace spinoff::remoting {

OwnName::OwnName(engine::NodeCore& node, const NodeId& id, const HubOptions& options)
    : node_(node),
      name_(NodeId::named(options.name, id.host())),
      client_({.port = options.mapper_port, .security = options.security}, *this) {
  if (const auto other = client_.claim(options.name, id)) {
    throw BindFailed("this node cannot be called " + name_.to_string() + ": the node " +
                     other->to_string() +
                     " has that name and is alive; stop that one, or choose another name");
  }
}

void OwnName::claimed() noexcept {
  node_.events().publish(NameClaimed{name_});
}

void OwnName::not_claimed(const std::string& reason) noexcept {
  node_.events().publish(NameNotClaimed{name_, reason});
}

}  // namespace spinoff::remoting
