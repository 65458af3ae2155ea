/// A node's engine and its hub, with each other: see hub_transport.cpp for what goes out, and
/// hub_listener.cpp for what comes in and what the hub tells.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <spinoff/engine/message_chain.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/remoting/hub_transport.hpp>

#include "name_routes.hpp"
#include "outbox.hpp"
#include "own_name.hpp"
#include "peer_names.hpp"
#include "watch_table.hpp"

namespace spinoff::remoting {

/// What a watch leaves until it is sent.
struct UnsentWatch final : Keepsake {
  UnsentWatch(NodeId id, WatchTable::Pair watch) : node(std::move(id)), pair(std::move(watch)) {}
  NodeId node;
  WatchTable::Pair pair;
};

class HubTransport final : public engine::Transport, private Listener, private NameRoutes::Owner {
 public:
  HubTransport(engine::NodeCore& node, const HubOptions& options, const MakeCarrier& make_carrier)
      : node_(node),
        rights_(options.rights),
        watched_(options.max_watches_per_node),
        hub_(make_carrier(options, *this)),
        routes_(*hub_, *this, options) {
    if (!options.name.empty()) {
      own_name_.emplace(node_, hub_->node_id(), options);
    }
  }
  HubTransport(const HubTransport&) = delete;
  HubTransport& operator=(const HubTransport&) = delete;
  ~HubTransport() override { HubTransport::stop(); }

  Carrier& hub() { return *hub_; }
  /// `name@host`, if the node has a name.
  [[nodiscard]] std::optional<NodeId> name() const {
    return own_name_ ? std::optional(own_name_->name()) : std::nullopt;
  }

  void send(engine::NameTarget& to, detail::EnvelopePtr message) override;
  std::uint64_t send_when_room(engine::NameTarget& to, detail::EnvelopePtr message,
                               engine::RoomWaiter waiter) override;
  bool leave_line(engine::NameTarget& to, std::uint64_t number) override;
  void watch(const Uri& target, const Ref& watcher) override;
  void unwatch(const Uri& target, const Ref& watcher) override;
  void terminated(const Uri& watcher, const Ref& actor) override;
  void ask_failed(const Uri& ask, std::string_view reason) override;
  std::shared_ptr<engine::InputSource> input() override { return hub_->input(); }
  void stop() override;

 private:
  void deliver(const NodeId& from, std::span<const serialization::Item> items,
               engine::SharedBytes& frame) noexcept override;
  void returned(Parcel parcel, const std::string& reason) noexcept override;
  void node_up(const NodeId& node, std::uint64_t incarnation) noexcept override;
  void node_down(const NodeId& node, const std::string& reason) noexcept override;
  void high_water(const NodeId& node, const Load& load) noexcept override;
  void rejected(RejectReason reason, std::uint64_t count,
                const std::string& detail) noexcept override;

  void found_node(const NodeId& name, const NodeId& node) noexcept override;
  void moved(Parcel& parcel, const NodeId& node) noexcept override;
  void came_back(Parcel parcel, const std::string& reason) noexcept override;
  void name_not_found(const NodeId& name, const std::string& reason) noexcept override;
  void name_high_water(const NodeId& name, const Load& load) noexcept override;
  // The actor's URI in all forms under which it may be watched from here.
  std::vector<Uri> forms_of(const NodeId& node, const std::string& path);

  void post(const NodeId& to, const serialization::Item& item, std::unique_ptr<Keepsake> keepsake);
  void answer(const NodeId& to, const serialization::Item& item);
  void send(const NodeId& to, Parcel parcel);
  Outbox& outbox_of(engine::NameTarget& to);
  template <class Refused>
  void encode_and_write(engine::NameTarget& to, detail::EnvelopePtr message, Refused refused);
  bool write(engine::NameTarget& to, const detail::Envelope& message,
             serialization::FrameBytes& payload);
  std::uint64_t enter_line(engine::NameTarget& to, detail::EnvelopePtr& message,
                           std::string_view payload, engine::RoomWaiter waiter);
  std::string refusal(engine::NameTarget& to);
  bool write_by_name(const NodeId& name, const Outbox::Message& out);
  PeerNames& names_of(const NodeId& peer);
  void node_gone(const NodeId& node, const std::string& reason) noexcept;
  void deliver(const NodeId& from, const serialization::Item& item);
  void deliver_messages(const NodeId& from, const serialization::Item& item, PeerNames& names,
                        engine::SharedBytes& frame, engine::MessageChain& messages);
  void refuse_messages(const NodeId& from, const serialization::Item& run, const Ref& sender,
                       engine::RejectedInput::Kind kind, std::string_view why);
  void refuse_message(const NodeId& from, const serialization::Item& item, const Ref& sender,
                      engine::RejectedInput::Kind kind, std::string_view why);
  void watch_by_name(const Uri& target, const WatchTable::Pair& pair);
  void deliver_watch(const NodeId& from, const serialization::Item& item);
  void deliver_terminated(const NodeId& from, const serialization::Item& item);
  void give_back(const Uri& to, detail::EnvelopePtr message, const std::string& reason);
  void tell_terminated(const WatchTable::Pair& pair);
  Ref peer_ref(const NodeId& from, std::string_view uri);
  // How others are to call it; for actors of this node the path alone, which is shorter.
  [[nodiscard]] std::string wire_name(const Ref& ref) const;

  engine::NodeCore& node_;
  const RemoteRights rights_;
  WatchTable watching_;                          // actors elsewhere that ours watch
  WatchTable watched_;                           // ours that actors elsewhere watch
  std::unordered_map<NodeId, PeerNames> names_;  // of who does the I/O thread's work
  std::unique_ptr<Carrier> hub_;                 // nearly last, so that its thread ends first
  NameRoutes routes_;
  std::optional<OwnName> own_name_;
  std::atomic<std::uint64_t> last_in_line_{0};
};

}  // namespace spinoff::remoting
