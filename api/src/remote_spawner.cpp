#include "remote_spawner.hpp"

#include <algorithm>
#include <cctype>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/core.h>

#include <spinoff/api/parse_parameters.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/registry.hpp>

namespace spinoff::remote_spawn {

namespace {

constexpr std::size_t kMaxClassInName = 100;

NotSpawned refusal(Refusal why, std::string reason) {
  return {static_cast<std::uint8_t>(why), std::move(reason)};
}

ErrorKind kind_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const CreateFailed&) {
    return ErrorKind::create_failed;
  } catch (const std::logic_error&) {
    return ErrorKind::logic_error;
  } catch (const std::exception&) {
    return ErrorKind::exception;
  } catch (...) {
    return ErrorKind::other;
  }
}

}  // namespace

Ref RemoteSpawner::at(engine::NodeCore& node, bool for_others) {
  if (Ref there = node.find(kPath)) {
    return there;
  }
  try {
    return detail::spawn_reserved(node.guardian(), detail::kActorType<RemoteSpawner>,
                                  detail::make_factory<RemoteSpawner>(for_others),
                                  {.name = std::string(kName)});
  } catch (const NameConflict&) {  // another thread was faster
    return node.find(kPath);
  }
}

void RemoteSpawner::pre_start() {
  start_ = cell().node().random().next();
}

bool RemoteSpawner::decides_later(const ChildError& error, std::uint32_t failure) {
  const auto found = far_children_.find(error.child);
  if (found == far_children_.end()) {
    return false;
  }
  found->second << Failed{failure, static_cast<std::uint8_t>(kind_of(error.error)),
                          describe(error.error)};
  return true;
}

void RemoteSpawner::on(const SpawnHere& order) {
  const Ref far_child(sender());
  if (!far_child || children_.contains(far_child)) {
    return;
  }
  if (!order.from_here && (!for_others_ || far_child.is_local())) {
    far_child << refusal(Refusal::other,
                         "that node spawns no actors for others; start it with "
                         "NodeOptions::allow_remote_spawn, or startnode --allow-remote-spawn");
    return;
  }
  try {
    const Ref child = find_actor_class(order.actor_class)
                          .spawn_below(cell(), api::parse_parameters(order.parameters),
                                       {.name = name_for(order.actor_class)});
    children_.emplace(far_child, child);
    far_children_.emplace(child, far_child);
    watch(child);
    watch(far_child);
    far_child << Spawned{child};
  } catch (const UnknownActorClass& error) {
    far_child << refusal(Refusal::unknown_class, error.what());
  } catch (const InvalidParameter& error) {
    far_child << refusal(Refusal::bad_parameter, error.what());
  } catch (const std::exception& error) {
    far_child << refusal(Refusal::other, error.what());
  }
}

void RemoteSpawner::on(const Answer& answer) {
  const Ref child = child_of_sender(answer.from_here);
  if (!child) {
    return;
  }
  const Restart how{.keep_children = answer.keep_children};
  if (answer.failure != 0) {
    engine::Cell::send_system(
        child, engine::Decided{answer.restart ? Decision(how) : Decision(Decision::Resume),
                               answer.failure});
  } else {
    engine::Cell::send_system(child,
                              engine::Order{.kind = Decision::Restart,
                                            .keep_children = answer.keep_children,
                                            .reason = std::make_exception_ptr(std::runtime_error(
                                                "it is restarted together with its siblings"))});
  }
}

void RemoteSpawner::on(const StopThere& order) {
  const Ref child = child_of_sender(order.from_here);
  if (order.kill) {
    child.kill();
  } else {
    child.stop();
  }
}

void RemoteSpawner::on(const Terminated& end) {
  if (const auto ended = far_children_.find(end.actor); ended != far_children_.end()) {
    unwatch(ended->second);
    children_.erase(ended->second);
    far_children_.erase(ended);
  } else {
    child_of(end.actor).stop();
  }
}

std::string RemoteSpawner::name_for(std::string_view actor_class) {
  std::string name(actor_class.substr(actor_class.rfind('.') + 1).substr(0, kMaxClassInName));
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }, '_');
  return fmt::format("{}-{}-{:x}", name, ++last_number_, start_);
}

// Who passes for an actor of this node has none.
Ref RemoteSpawner::child_of_sender(bool from_here) const {
  const Ref far_child(sender());
  return far_child.is_local() == from_here ? child_of(far_child) : Ref();
}

Ref RemoteSpawner::child_of(const Ref& far_child) const {
  const auto found = children_.find(far_child);
  return found == children_.end() ? Ref() : found->second;
}

}  // namespace spinoff::remote_spawn
