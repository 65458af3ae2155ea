#include <utility>

#include <spinoff/actor.hpp>
#include <spinoff/ask.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/registry.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "far_child.hpp"
#include "remote_spawner.hpp"

namespace spinoff {

using remote_spawn::FarChild;
using remote_spawn::RemoteSpawner;

namespace {

Ref remote_spawner_at(engine::NodeCore& here, const std::string& node) {
  const std::optional<NodeId>& own = here.anchor().node_id();
  if (node.empty()) {
    return RemoteSpawner::at(here, false);
  }
  const NodeId id = NodeId::parse(node);
  if (id == own) {
    return RemoteSpawner::at(here, false);
  }
  if (!own.has_value()) {
    throw SpawnFailed("cannot spawn an actor at " + node +
                      ": this node reaches no other; start it with NodeOptions::remoting, or "
                      "startnode --remoting HOST:PORT");
  }
  return here.resolve(Uri(id, std::string(RemoteSpawner::kPath)));
}

[[noreturn]] void refuse(const std::string& node, const std::string& actor_class,
                         const remote_spawn::NotSpawned& refused) {
  const std::string what = "cannot spawn an actor of class " + serialization::quoted(actor_class) +
                           (node.empty() ? " here" : " at " + node) + ": " + refused.reason;
  switch (static_cast<remote_spawn::Refusal>(refused.refusal)) {
    case remote_spawn::Refusal::unknown_class:
      throw UnknownActorClass(what);
    case remote_spawn::Refusal::bad_parameter:
      throw InvalidParameter(what);
    default:
      throw SpawnFailed(what);
  }
}

// Stops who stands for the actor, if its spawner does not wait for it any more.
class StopUnlessDone {
 public:
  explicit StopUnlessDone(Ref far_child) : far_child_(std::move(far_child)) {}
  StopUnlessDone(const StopUnlessDone&) = delete;
  StopUnlessDone& operator=(const StopUnlessDone&) = delete;
  ~StopUnlessDone() {
    if (!done_) {
      far_child_.stop();
    }
  }
  void set_done() { done_ = true; }

 private:
  const Ref far_child_;
  bool done_ = false;
};

}  // namespace

Task<Ref> Actor::spawn_on(std::string node, std::string actor_class, std::string parameters) {
  engine::NodeCore& here = cell().node();
  const Ref far_child = spawn<FarChild>(std::make_shared<FarChild::State>(
      here, remote_spawner_at(here, node),
      remote_spawn::SpawnHere{actor_class, std::move(parameters), true}));
  StopUnlessDone guard(far_child);
  Future<remote_spawn::Outcome> asked =
      far_child.ask<remote_spawn::Outcome>(remote_spawn::Begin{}, std::chrono::nanoseconds::max());
  remote_spawn::Outcome outcome = co_await asked;
  if (!outcome.child) {
    refuse(node, actor_class, outcome.refused);
  }
  guard.set_done();
  co_return std::move(outcome.child);
}

Task<Ref> Actor::spawn_on(const NodeId& node, std::string actor_class, std::string parameters) {
  return spawn_on(node.to_string(), std::move(actor_class), std::move(parameters));
}

}  // namespace spinoff
