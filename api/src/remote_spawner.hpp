/// Spawns actors for other nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <spinoff/actor.hpp>
#include <spinoff/engine/node_core.hpp>

#include "remote_spawn.hpp"

namespace spinoff::remote_spawn {

/// One a node, at a reserved path. See remote_spawn.hpp.
class RemoteSpawner final : public Actor {
 public:
  static constexpr std::string_view kName = "$remote";
  static constexpr std::string_view kPath = "/$remote";
  /// The one of this node, which is spawned if there is none. Any thread.
  static Ref at(engine::NodeCore& node, bool for_others);

  using Receives = Messages<SpawnHere, Answer, StopThere, Terminated>;
  /// `for_others`: not only for actors of this node.
  explicit RemoteSpawner(bool for_others) : for_others_(for_others) {}
  void pre_start() override;
  bool decides_later(const ChildError& error, std::uint32_t failure) override;

  void on(const SpawnHere& order);
  void on(const Answer& answer);
  void on(const StopThere& order);
  void on(const Terminated& end);

 private:
  std::string name_for(std::string_view actor_class);
  [[nodiscard]] Ref child_of_sender(bool from_here) const;
  [[nodiscard]] Ref child_of(const Ref& far_child) const;

  const bool for_others_;
  // Part of each name, so that one from before the node was started again names nobody.
  std::uint64_t start_ = 0;
  std::uint64_t last_number_ = 0;
  std::unordered_map<Ref, Ref> children_;      // by their FarChild
  std::unordered_map<Ref, Ref> far_children_;  // by the child
};

}  // namespace spinoff::remote_spawn
