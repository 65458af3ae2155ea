/// Stands for an actor that was spawned at another node.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <spinoff/actor.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/join.hpp>

#include "remote_spawn.hpp"

namespace spinoff::remote_spawn {

/// To a FarChild: ask for the actor. The reply is an Outcome.
struct Begin {};

struct Outcome {
  Ref child;           // nobody if it was not spawned
  NotSpawned refused;  // then says why
};

/// A child of the actor that has called `spawn_on`. See remote_spawn.hpp.
class FarChild final : public Actor {
 public:
  /// To itself: there was no restart since that failure.
  struct GoOn {
    std::uint32_t failure;
  };

  /// What stays over restarts.
  struct State {
    State(engine::NodeCore& core, Ref remote_spawner, SpawnHere what)
        : node(core), spawner(std::move(remote_spawner)), order(std::move(what)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State();

    engine::NodeCore& node;
    const Ref spawner;
    const SpawnHere order;
    Ref self;
    Ref asker;  // who waits for the Outcome
    Ref child;
    // From the first on: who asks only at the end may ask a node that is gone, and wait for that.
    std::optional<Join> end;
    bool gone = false;  // it was refused, or has ended, or its node has
    std::uint32_t failed = 0;
    std::uint32_t answered = 0;
  };

  using Receives = Messages<Begin, Spawned, NotSpawned, Failed, GoOn, Terminated>;
  explicit FarChild(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void pre_restart(const std::exception_ptr& /*reason*/) override {}
  void post_restart(const std::exception_ptr& reason) override;
  void post_stop() override;
  Task<> post_stop_async() override;

  void on(const Begin& begin);
  void on(const Spawned& spawned);
  void on(const NotSpawned& refused);
  void on(const Failed& failed);
  void on(const GoOn& go_on);
  void on(const Terminated& end);

 private:
  void tell_asker(const Outcome& outcome);
  [[nodiscard]] bool is_child_there() const;

  const std::shared_ptr<State> state_;
};

}  // namespace spinoff::remote_spawn
