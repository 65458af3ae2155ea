#include "name_routes.hpp"

#include <utility>

namespace spinoff::remoting {
namespace {

std::size_t cost(const Parcel& parcel) {
  return parcel.item.size() + parcel.kept_bytes + sizeof(Parcel);
}

}  // namespace

NameRoutes::NameRoutes(Hub& hub, Owner& owner, const HubOptions& options)
    : hub_(hub),
      owner_(owner),
      limits_(options.protocol),
      mapper_{.port = options.mapper_port,
              .patience = options.protocol.unreachable,
              .security = options.security} {}

std::optional<NameRoutes::Refused> NameRoutes::send(
    const NodeId& name, Parcel parcel, const std::function<void(const NodeId& at)>& note) {
  const std::lock_guard lock(mutex_);
  auto found = routes_.find(name);
  Route* route = found == routes_.end() ? nullptr : &found->second;
  if (note) {
    note(route != nullptr && route->node ? *route->node : name);
  }
  if (std::string why = why_not(name, route, parcel); !why.empty()) {
    return Refused{std::move(parcel), std::move(why)};
  }
  if (route != nullptr && route->node) {
    auto back = hub_.send(*route->node, std::move(parcel));
    return back ? std::optional(
                      Refused{std::move(*back), "this node is stopping, or has too much queued"})
                : std::nullopt;
  }
  if (route == nullptr) {
    route = &routes_[name];
    if (!finder_) {
      finder_.emplace(mapper_, static_cast<MapperClient::Listener&>(*this));
    }
    finder_->find(name);
  }
  route->waiting_bytes += cost(parcel);
  route->waiting.push_back(std::move(parcel));
  return std::nullopt;
}

std::string NameRoutes::why_not(const NodeId& name, const Route* route,
                                const Parcel& parcel) const {
  if (stopped_) {
    return "this node is stopping";
  }
  if (route != nullptr && route->node) {
    return {};
  }
  if (parcel.only_in_session) {
    return "not sent to " + name.to_string() + ": there is no session with it";
  }
  if (route == nullptr) {
    return routes_.size() < limits_.max_peers
               ? std::string()
               : "not sent to " + name.to_string() + ": this node already knows " +
                     std::to_string(routes_.size()) + " others by name, which is its limit";
  }
  const bool fits = route->waiting.size() < limits_.max_waiting_items &&
                    route->waiting_bytes + cost(parcel) <= limits_.max_waiting_bytes;
  return fits || parcel.must_go
             ? std::string()
             : "not sent to " + name.to_string() + ": it is not found yet, and " +
                   std::to_string(route->waiting.size()) + " messages already wait";
}

NodeId NameRoutes::where(const NodeId& name) {
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(name);
  return found == routes_.end() || !found->second.node ? name : *found->second.node;
}

std::vector<NodeId> NameRoutes::names_of(const NodeId& node) {
  const std::lock_guard lock(mutex_);
  std::vector<NodeId> names;
  for (const auto& [name, route] : routes_) {
    if (route.node == node) {
      names.push_back(name);
    }
  }
  return names;
}

void NameRoutes::node_down(const NodeId& node) {
  const std::lock_guard lock(mutex_);
  std::erase_if(routes_, [&](const auto& entry) { return entry.second.node == node; });
}

void NameRoutes::found(const NodeId& name, const NodeId& node) noexcept {
  std::vector<Parcel> back;
  {
    const std::lock_guard lock(mutex_);
    const auto found = routes_.find(name);
    if (found == routes_.end() || found->second.node) {
      return;
    }
    Route& route = found->second;
    route.node = node;
    owner_.found_node(name, node);
    for (Parcel& parcel : std::exchange(route.waiting, {})) {
      owner_.moved(parcel, node);
      if (auto refused = hub_.send(node, std::move(parcel))) {
        back.push_back(std::move(*refused));
      }
    }
    route.waiting_bytes = 0;
  }
  return_all(std::move(back), "this node is stopping, or has too much queued");
}

void NameRoutes::not_found(const NodeId& name, const std::string& reason) noexcept {
  std::vector<Parcel> back;
  {
    const std::lock_guard lock(mutex_);
    auto route = routes_.extract(name);
    if (route.empty()) {
      return;
    }
    back = std::move(route.mapped().waiting);
  }
  return_all(std::move(back), name.to_string() + " was not found: " + reason);
  owner_.name_not_found(name, "it was not found: " + reason);
}

void NameRoutes::return_all(std::vector<Parcel> parcels, const std::string& reason) {
  for (Parcel& parcel : parcels) {
    owner_.came_back(std::move(parcel), reason);
  }
}

void NameRoutes::stop() {
  std::unordered_map<NodeId, Route> routes;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) {
      return;
    }
  }
  if (finder_) {
    finder_->stop();
  }
  {
    const std::lock_guard lock(mutex_);
    routes.swap(routes_);
  }
  for (auto& [name, route] : routes) {
    return_all(std::move(route.waiting),
               "not sent to " + name.to_string() + ": this node was stopped before it was found");
  }
}

}  // namespace spinoff::remoting
