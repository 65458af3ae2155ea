/// The one actor that a runner's node is for: how it is spawned, and what follows when it ends.
///
/// The actor itself is a top-level one, so that its path is the name that the user gave. Beside it
/// lives a Keeper, which watches it, and spawns it again if the user wants that.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <spinoff/actor.hpp>
#include <spinoff/node.hpp>
#include <spinoff/registry.hpp>

namespace spinoff::api {

/// Shared by the runner and the Keeper. Any thread.
class KeptActor {
 public:
  struct Plan {
    const ActorClass& actor_class;
    Parameters parameters;
    std::string name;
    std::optional<std::string> message;
    bool keep_running;
    /// Called when the actor has ended and is not to be spawned again.
    std::function<void(bool by_error)> on_end;
  };

  /// Spawns the actor and its Keeper. Throws what ActorClass::spawn throws, and then neither is
  /// left.
  static void start(Node& node, Plan plan);

  KeptActor(Node& node, Plan plan) : node_(node), plan_(std::move(plan)) {}
  KeptActor(const KeptActor&) = delete;
  KeptActor& operator=(const KeptActor&) = delete;

  [[nodiscard]] bool keep_running() const { return plan_.keep_running; }
  Ref spawn();
  void end() const;

 private:
  void note(const Error& error);

  Node& node_;
  const Plan plan_;

  // Held while the actor is spawned: it may fail before `spawn` has returned its Ref.
  mutable std::mutex mutex_;
  Ref actor_;
  bool failed_ = false;
};

class Keeper final : public Actor {
 public:
  struct SpawnAgain {};

  Keeper(std::shared_ptr<KeptActor> kept, Ref actor)
      : kept_(std::move(kept)), actor_(std::move(actor)) {}

  void pre_start() override { watch(actor_); }
  /// Also when an actor stops the whole node.
  void post_stop() override { kept_->end(); }
  void on(const Terminated& terminated);
  void on(const SpawnAgain& again);
  using Receives = Messages<Terminated, SpawnAgain>;

 private:
  std::shared_ptr<KeptActor> kept_;
  Ref actor_;
};

}  // namespace spinoff::api
