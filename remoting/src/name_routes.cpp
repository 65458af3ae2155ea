#include "name_routes.hpp"

#include <utility>

#include <fmt/format.h>

namespace spinoff::remoting {

NameRoutes::NameRoutes(Carrier& carrier, Owner& owner, const HubOptions& options)
    : carrier_(carrier),
      owner_(owner),
      queue_(options.queue),
      max_names_(options.protocol.max_peers),
      mapper_{.port = options.mapper_port,
              .patience = options.protocol.unreachable,
              .security = options.security} {}

std::optional<NameRoutes::Refused> NameRoutes::send(
    const NodeId& name, Parcel parcel, const std::function<void(const NodeId& at)>& note) {
  std::optional<Load> high;
  {
    const std::lock_guard lock(mutex_);
    Route* route = find(name);
    if (note) {
      note(route != nullptr && route->node ? *route->node : name);
    }
    if (std::string why = why_not(name, route, parcel.only_in_session); !why.empty()) {
      return Refused{std::move(parcel), std::move(why)};
    }
    if (route != nullptr && route->node) {
      auto back = route->outbox->post(std::move(parcel));
      return back ? std::optional(Refused{std::move(*back), route->outbox->refusal()})
                  : std::nullopt;
    }
    if (route == nullptr) {
      route = &create(name);
    }
    if (parcel.must_go) {
      route->waiting.push_back(std::move(parcel));
    } else if (has_room(*route, parcel.cost)) {
      add(*route, std::move(parcel));
    } else {
      return Refused{std::move(parcel), no_room(name, *route)};
    }
    high = route->backlog.take_news();
  }
  if (high) {
    owner_.name_high_water(name, *high);
  }
  return std::nullopt;
}

Entered NameRoutes::enter(const NodeId& name, std::unique_ptr<WaitingMessage>& message) {
  std::optional<Load> high;
  {
    const std::lock_guard lock(mutex_);
    Route* route = find(name);
    if (!why_not(name, route, false).empty()) {
      return Entered::refused;
    }
    if (route != nullptr && route->node) {
      return route->outbox->enter(message);
    }
    if (route == nullptr) {
      route = &create(name);
    }
    if (!has_room(*route, message->bytes())) {
      route->line.join(std::move(message));
      return Entered::waits;
    }
    add(*route, Outbox::parcel_of(message->message()));
    high = route->backlog.take_news();
  }
  if (high) {
    owner_.name_high_water(name, *high);
  }
  return Entered::came_in;
}

bool NameRoutes::leave_line(const NodeId& name, std::uint64_t number) {
  WaitingMessages came;
  std::unique_ptr<WaitingMessage> left;  // the user's, whose end may be code of theirs
  std::shared_ptr<Outbox> outbox;
  {
    const std::lock_guard lock(mutex_);
    Route* const route = find(name);
    if (route == nullptr) {
      return false;
    }
    outbox = route->outbox;
    if (outbox == nullptr) {
      left = route->line.leave(number);
      if (left == nullptr) {
        return false;
      }
      came = let_in(*route);
    }
  }
  for (const std::unique_ptr<WaitingMessage>& one : came) {
    one->came_in();
  }
  return outbox == nullptr || outbox->leave_line(number);
}

// Nothing leaves while the name is not known; but the first may be given up who wanted more room
// than the next one does.
WaitingMessages NameRoutes::let_in(Route& route) {
  return route.line.let_in(
      [&](const OutgoingMessage& message) { add(route, Outbox::parcel_of(message)); });
}

bool NameRoutes::has_room(Route& route, std::size_t bytes) noexcept {
  return route.backlog.has_room(bytes) || route.backlog.find_room(bytes);
}

void NameRoutes::add(Route& route, Parcel parcel) {
  route.backlog.add({.messages = parcel.count, .bytes = parcel.cost});
  route.waiting.push_back(std::move(parcel));
}

NameRoutes::Route* NameRoutes::find(const NodeId& name) {
  const auto found = routes_.find(name);
  return found == routes_.end() ? nullptr : &found->second;
}

NameRoutes::Route& NameRoutes::create(const NodeId& name) {
  Route& route = routes_.try_emplace(name, queue_).first->second;
  if (!finder_) {
    finder_.emplace(mapper_, static_cast<MapperClient::Listener&>(*this));
  }
  finder_->find(name);
  return route;
}

bool NameRoutes::write(const NodeId& name, const std::function<void(Outbox& to)>& use) {
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(name);
  if (found == routes_.end() || !found->second.node) {
    return false;
  }
  use(*found->second.outbox);
  return true;
}

std::string NameRoutes::why_not(const NodeId& name, const Route* route,
                                bool only_in_session) const {
  if (stopped_) {
    return "this node is stopping";
  }
  if (route != nullptr && route->node) {
    return {};
  }
  if (only_in_session) {
    return "not sent to " + name.to_string() + ": there is no session with it";
  }
  if (route == nullptr && routes_.size() >= max_names_) {
    return fmt::format(
        "not sent to {}: this node already knows {} others by name, which is its limit",
        name.to_string(), routes_.size());
  }
  return {};
}

std::string NameRoutes::refusal(const NodeId& name) {
  const std::lock_guard lock(mutex_);
  const Route* const route = find(name);
  if (route != nullptr && route->node) {
    return route->outbox->refusal();
  }
  std::string why = why_not(name, route, false);
  return why.empty() && route != nullptr ? no_room(name, *route) : why;
}

std::string NameRoutes::no_room(const NodeId& name, const Route& route) {
  const Load load = route.backlog.load();
  return fmt::format("not sent to {}: it is not found yet; {} messages ({} bytes) already wait",
                     name.to_string(), load.messages, load.bytes);
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
  WaitingMessages came;
  WaitingMessages ended;
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    Route* const route = find(name);
    if (route == nullptr || route->node) {
      return;
    }
    route->node = node;
    route->outbox = carrier_.outbox(node);
    owner_.found_node(name, node);
    for (Parcel& parcel : std::exchange(route->waiting, {})) {
      owner_.moved(parcel, node);
      if (auto refused = route->outbox->post(std::move(parcel))) {
        back.push_back(std::move(*refused));
      }
    }
    for (std::unique_ptr<WaitingMessage>& one : route->line.end()) {
      const Entered entered = route->outbox->enter(one);
      if (entered != Entered::waits) {
        (entered == Entered::came_in ? came : ended).push_back(std::move(one));
      }
    }
    if (!back.empty() || !ended.empty()) {
      reason = route->outbox->refusal();
    }
  }
  for (const std::unique_ptr<WaitingMessage>& one : came) {
    one->came_in();
  }
  end_all(std::move(back), ended, reason);
}

void NameRoutes::not_found(const NodeId& name, const std::string& reason) noexcept {
  std::vector<Parcel> back;
  WaitingMessages ended;
  {
    const std::lock_guard lock(mutex_);
    auto route = routes_.extract(name);
    if (route.empty()) {
      return;
    }
    back = std::move(route.mapped().waiting);
    ended = route.mapped().line.end();
  }
  end_all(std::move(back), ended, name.to_string() + " was not found: " + reason);
  owner_.name_not_found(name, "it was not found: " + reason);
}

void NameRoutes::end_all(std::vector<Parcel> parcels, const WaitingMessages& line,
                         const std::string& reason) {
  for (Parcel& parcel : parcels) {
    owner_.came_back(std::move(parcel), reason);
  }
  for (const std::unique_ptr<WaitingMessage>& one : line) {
    one->ended(reason);
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
    end_all(std::move(route.waiting), route.line.end(),
            "not sent to " + name.to_string() + ": this node was stopped before it was found");
  }
}

}  // namespace spinoff::remoting
