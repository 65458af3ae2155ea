// Outwards, calls come from workers: they encode into the peer's Outbox, so the I/O thread only
// moves bytes. Inwards, calls come from the I/O thread: it looks up the receiver and leaves the
// payload encoded, to be decoded by the worker that runs the receiver.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/message_chain.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/events.hpp>
#include <spinoff/remoting/hub_transport.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "name_routes.hpp"
#include "outbox.hpp"
#include "own_name.hpp"
#include "peer_names.hpp"
#include "unsent_messages.hpp"
#include "waiting_send.hpp"
#include "watch_table.hpp"

namespace spinoff::remoting {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::RefAccess;
using detail::Sender;
using engine::NameTarget;
using engine::NodeCore;
using serialization::Item;
using serialization::ItemKind;
using serialization::quoted;

namespace {

// A thread keeps a buffer to encode into for the next message, unless it has become large.
constexpr std::size_t kLargestBuffer = std::size_t{1} << 20U;

struct UnsentWatch final : Keepsake {
  UnsentWatch(NodeId id, WatchTable::Pair watch) : node(std::move(id)), pair(std::move(watch)) {}
  NodeId node;
  WatchTable::Pair pair;
};

class HubTransport final : public engine::Transport, private Listener, private NameRoutes::Owner {
 public:
  HubTransport(NodeCore& node, const HubOptions& options, const MakeCarrier& make_carrier)
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

  void send(NameTarget& to, EnvelopePtr message) override;
  std::uint64_t send_when_room(NameTarget& to, EnvelopePtr message,
                               engine::RoomWaiter waiter) override;
  bool leave_line(NameTarget& to, std::uint64_t number) override;
  void watch(const Uri& target, const Ref& watcher) override;
  void unwatch(const Uri& target, const Ref& watcher) override;
  void terminated(const Uri& watcher, const Ref& actor) override;
  void ask_failed(const Uri& ask, std::string_view reason) override;
  std::shared_ptr<engine::InputSource> input() override { return hub_->input(); }
  void stop() override;

 private:
  void deliver(const NodeId& from, std::span<const Item> items,
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

  void post(const NodeId& to, const Item& item, std::unique_ptr<Keepsake> keepsake);
  void answer(const NodeId& to, const Item& item);
  void send(const NodeId& to, Parcel parcel);
  Outbox& outbox_of(NameTarget& to);
  template <class Refused>
  void encode_and_write(NameTarget& to, EnvelopePtr message, Refused refused);
  bool write(NameTarget& to, const Envelope& message, serialization::FrameBytes& payload);
  std::uint64_t enter_line(NameTarget& to, EnvelopePtr& message, std::string_view payload,
                           engine::RoomWaiter waiter);
  std::string refusal(NameTarget& to);
  bool write_by_name(const NodeId& name, const Outbox::Message& out);
  PeerNames& names_of(const NodeId& peer);
  void node_gone(const NodeId& node, const std::string& reason) noexcept;
  void deliver(const NodeId& from, const Item& item);
  void deliver_messages(const NodeId& from, const Item& item, PeerNames& names,
                        engine::SharedBytes& frame, engine::MessageChain& messages);
  void refuse_messages(const NodeId& from, const Item& run, const Ref& sender,
                       engine::RejectedInput::Kind kind, std::string_view why);
  void refuse_message(const NodeId& from, const Item& item, const Ref& sender,
                      engine::RejectedInput::Kind kind, std::string_view why);
  void watch_by_name(const Uri& target, const WatchTable::Pair& pair);
  void deliver_watch(const NodeId& from, const Item& item);
  void deliver_terminated(const NodeId& from, const Item& item);
  void give_back(const Uri& to, EnvelopePtr message, const std::string& reason);
  void tell_terminated(const WatchTable::Pair& pair);
  Ref peer_ref(const NodeId& from, std::string_view uri);
  // How others are to call it; for actors of this node the path alone, which is shorter.
  [[nodiscard]] std::string wire_name(const Ref& ref) const;

  NodeCore& node_;
  const RemoteRights rights_;
  WatchTable watching_;                          // actors elsewhere that ours watch
  WatchTable watched_;                           // ours that actors elsewhere watch
  std::unordered_map<NodeId, PeerNames> names_;  // of who does the I/O thread's work
  std::unique_ptr<Carrier> hub_;                 // nearly last, so that its thread ends first
  NameRoutes routes_;
  std::optional<OwnName> own_name_;
  std::atomic<std::uint64_t> last_in_line_{0};
};

// Text for humans from another node, which must not look like lines of this node's log.
std::string on_one_line(std::string_view text) {
  const bool clean = std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  return clean ? std::string(text) : quoted(text);
}

// What the actors of a node have asked for has names of its own.
bool is_ask(std::string_view path) {
  return path.starts_with("/$ask-");
}

std::string HubTransport::wire_name(const Ref& ref) const {
  const Uri uri = ref.uri();  // maybe of another node of this process, which may have no name
  if (!uri.node().has_value()) {
    return {};
  }
  return uri.node() == hub_->node_id() ? uri.path() : uri.to_string();
}

void HubTransport::send(const NodeId& to, Parcel parcel) {
  if (to.is_named()) {
    if (auto refused = routes_.send(to, std::move(parcel))) {
      returned(std::move(refused->parcel), refused->reason);
    }
    return;
  }
  if (auto back = hub_->send(to, std::move(parcel))) {
    returned(std::move(*back), "this node is stopping");
  }
}

// None of these may get lost inside of a session; there are not more than of watches and asks.
void HubTransport::post(const NodeId& to, const Item& item, std::unique_ptr<Keepsake> keepsake) {
  send(to,
       Parcel{
           .items = serialization::encode(item), .keepsake = std::move(keepsake), .must_go = true});
}

// The end of the session is an answer too, and without one nobody waits for any.
void HubTransport::answer(const NodeId& to, const Item& item) {
  send(to, Parcel{.items = serialization::encode(item),
                  .must_go = true,
                  .only_in_session = true,
                  .after_all = item.kind == ItemKind::terminated});
}

Outbox& HubTransport::outbox_of(NameTarget& to) {
  if (to.route() == nullptr) {
    to.keep(hub_->outbox(*to.uri().node()));
  }
  return static_cast<Outbox&>(*to.route());
}

// Calls `refused(message, payload)` if there is no room.
template <class Refused>
void HubTransport::encode_and_write(NameTarget& to, EnvelopePtr message, Refused refused) {
  const detail::MessageType& type = message->type();
  if (type.encode == nullptr) {
    const std::string why = "a message of type " + std::string(type.name) + " cannot be sent to " +
                            to.uri().to_string() +
                            ": it cannot be serialized; give its struct MSGPACK_DEFINE(fields...)";
    node_.publish_error(NameTarget::make(node_.anchor(), to.uri()),
                        std::make_exception_ptr(std::runtime_error(why)), {});
    give_back(to.uri(), std::move(message), why);
    return;
  }
  // The user's code may send while it encodes; then that has a buffer of its own.
  static thread_local std::string t_payload;
  serialization::FrameBytes payload(std::move(t_payload), Outbox::kRoomForHeads);
  try {
    type.encode(message->payload(), payload.end());
    if (!write(to, *message, payload)) {
      refused(message, payload);
    }
  } catch (const std::exception& error) {
    node_.publish_error(NameTarget::make(node_.anchor(), to.uri()), std::current_exception(), {});
    if (message != nullptr) {
      give_back(to.uri(), std::move(message), error.what());
    }
  }
  std::string buffer = std::move(payload).release();
  if (buffer.capacity() <= kLargestBuffer) {
    t_payload = std::move(buffer);
  }
}

void HubTransport::send(NameTarget& to, EnvelopePtr message) {
  encode_and_write(to, std::move(message), [&](EnvelopePtr& refused, std::string_view) {
    give_back(to.uri(), std::move(refused), refusal(to));
  });
}

std::uint64_t HubTransport::send_when_room(NameTarget& to, EnvelopePtr message,
                                           engine::RoomWaiter waiter) {
  std::uint64_t number = 0;
  encode_and_write(to, std::move(message), [&](EnvelopePtr& refused, std::string_view payload) {
    number = enter_line(to, refused, payload, std::move(waiter));
  });
  return number;
}

// There may be room by now; then it gives 0.
std::uint64_t HubTransport::enter_line(NameTarget& to, EnvelopePtr& message,
                                       std::string_view payload, engine::RoomWaiter waiter) {
  const Sender from = message->sender();
  const Ref sender = RefAccess::hold(from.target, from.generation);
  auto sending = std::make_unique<WaitingSend>(
      ++last_in_line_, RefAccess::hold(&to, to.generation()), std::string(payload),
      sender ? wire_name(sender) : std::string(), std::move(waiter),
      [this](const Uri& uri, EnvelopePtr left, const std::string& why) {
        give_back(uri, std::move(left), why);
      });
  sending->take(message);
  const std::uint64_t number = sending->number();
  std::unique_ptr<WaitingMessage> waiting = std::move(sending);
  const NodeId& node = *to.uri().node();
  switch (node.is_named() ? routes_.enter(node, waiting) : outbox_of(to).enter(waiting)) {
    case Entered::waits:
      return number;
    case Entered::refused:
      give_back(to.uri(), static_cast<WaitingSend&>(*waiting).give(), refusal(to));
      break;
    case Entered::came_in:
      break;
  }
  return 0;
}

bool HubTransport::leave_line(NameTarget& to, std::uint64_t number) {
  const NodeId& node = *to.uri().node();
  return node.is_named() ? routes_.leave_line(node, number) : outbox_of(to).leave_line(number);
}

std::string HubTransport::refusal(NameTarget& to) {
  const NodeId& node = *to.uri().node();
  return node.is_named() ? routes_.refusal(node) : outbox_of(to).refusal();
}

// False if there is no room.
bool HubTransport::write(NameTarget& to, const Envelope& message,
                         serialization::FrameBytes& payload) {
  const Sender from = message.sender();
  Outbox::Message out{.to = to,
                      .generation = to.generation(),
                      .path = to.uri().path(),
                      .sender = {},
                      .is_sender_known = from.target == nullptr,
                      .envelope = message,
                      .payload = payload,
                      .memory = &payload};
  const NodeId& node = *to.uri().node();
  if (!node.is_named()) {
    const Outbox::Written written = outbox_of(to).write(out, true);
    if (written != Outbox::Written::wants_sender) {
      return written == Outbox::Written::yes;
    }
  }
  const Ref sender = RefAccess::hold(from.target, from.generation);
  const std::string sender_name = sender ? wire_name(sender) : std::string();
  out.sender = sender_name;
  out.is_sender_known = true;
  return node.is_named() ? write_by_name(node, out)
                         : outbox_of(to).write(out, true) == Outbox::Written::yes;
}

bool HubTransport::write_by_name(const NodeId& name, const Outbox::Message& out) {
  auto written = Outbox::Written::no_room;
  if (routes_.write(name, [&](Outbox& outbox) { written = outbox.write(out); })) {
    return written == Outbox::Written::yes;
  }
  return !routes_.send(name, Outbox::parcel_of(out));
}

void HubTransport::watch(const Uri& target, const Ref& watcher) {
  const WatchTable::Pair pair{NameTarget::make(node_.anchor(), target), watcher};
  if (target.node()->is_named()) {
    watch_by_name(target, pair);
    return;
  }
  static_cast<void>(watching_.add(*target.node(), pair));  // it has no limit
  post(*target.node(),
       Item{.kind = ItemKind::watch, .to = target.path(), .from = wire_name(watcher)},
       std::make_unique<UnsentWatch>(*target.node(), pair));
}

// Whether the node is known or not must not change in between.
void HubTransport::watch_by_name(const Uri& target, const WatchTable::Pair& pair) {
  auto keepsake = std::make_unique<UnsentWatch>(*target.node(), pair);
  UnsentWatch& unsent = *keepsake;
  const std::string watcher = wire_name(pair.watcher);
  Parcel parcel{.items = serialization::encode(
                    Item{.kind = ItemKind::watch, .to = target.path(), .from = watcher}),
                .keepsake = std::move(keepsake),
                .must_go = true};
  if (auto refused = routes_.send(*target.node(), std::move(parcel), [&](const NodeId& at) {
        unsent.node = at;
        static_cast<void>(watching_.add(at, pair));
      })) {
    returned(std::move(refused->parcel), refused->reason);
  }
}

void HubTransport::unwatch(const Uri& target, const Ref& watcher) {
  const WatchTable::Pair pair{NameTarget::make(node_.anchor(), target), watcher};
  const NodeId at = routes_.where(*target.node());
  bool removed = watching_.remove(at, pair);
  if (!removed) {
    // Maybe the node has just become known.
    removed = watching_.remove(routes_.where(*target.node()), pair);
  }
  const std::string watcher_path = watcher.uri().path();
  const bool still_watched =
      removed && std::ranges::any_of(forms_of(at, target.path()), [&](const Uri& form) {
        return watching_.has(at, form, watcher_path);
      });
  if (removed && !still_watched) {
    post(*target.node(),
         Item{.kind = ItemKind::unwatch, .to = target.path(), .from = wire_name(watcher)}, nullptr);
  }
}

void HubTransport::terminated(const Uri& watcher, const Ref& actor) {
  if (watched_.remove(*watcher.node(), {actor, NameTarget::make(node_.anchor(), watcher)})) {
    answer(*watcher.node(),
           Item{.kind = ItemKind::terminated, .to = watcher.path(), .from = wire_name(actor)});
  }
}

void HubTransport::ask_failed(const Uri& ask, std::string_view reason) {
  answer(*ask.node(), Item{.kind = ItemKind::ask_failed, .to = ask.path(), .payload = reason});
}

PeerNames& HubTransport::names_of(const NodeId& peer) {
  const auto found = names_.find(peer);
  return found != names_.end() ? found->second
                               : names_.try_emplace(peer, node_, peer).first->second;
}

void HubTransport::deliver(const NodeId& from, std::span<const Item> items,
                           engine::SharedBytes& frame) noexcept {
  PeerNames& names = names_of(from);
  names.begin_frame();
  engine::MessageChain messages;
  for (const Item& item : items) {
    try {
      if (item.kind == ItemKind::message) {
        deliver_messages(from, item, names, frame, messages);
      } else {
        messages.flush();
        deliver(from, item);
      }
    } catch (const std::exception& error) {  // such as a name that is none
      node_.reject_input(engine::RejectedInput::Kind::bad_name,
                         "an item from " + from.to_string() + ": " + error.what());
    }
  }
}

void HubTransport::deliver(const NodeId& from, const Item& item) {
  switch (item.kind) {
    case ItemKind::watch:
      deliver_watch(from, item);
      return;
    case ItemKind::unwatch: {
      const WatchTable::Pair pair{node_.find(item.to), peer_ref(from, item.from)};
      if (pair.actor && watched_.remove(from, pair)) {
        engine::Cell::send_system(pair.actor, engine::Unwatch{pair.watcher});
      }
      return;
    }
    case ItemKind::terminated:
      deliver_terminated(from, item);
      return;
    case ItemKind::ask_failed: {
      const Ref ask = node_.find(item.to);
      detail::Target* const target = RefAccess::target(ask);
      if (target != nullptr && target->kind() == detail::TargetKind::ask) {
        static_cast<engine::AskTarget*>(target)->fail(on_one_line(item.payload));
      }
      return;
    }
    default:
      return;
  }
}

Ref HubTransport::peer_ref(const NodeId& from, std::string_view uri) {
  return uri.empty() ? Ref() : node_.resolve(uri_of(from, uri));
}

void HubTransport::deliver_messages(const NodeId& from, const Item& item, PeerNames& names,
                                    engine::SharedBytes& frame, engine::MessageChain& messages) {
  const Ref& sender_ref = names.sender(item);
  const detail::MessageType* const type = names.type(item);
  if (type == nullptr) {
    refuse_messages(from, item, sender_ref, engine::RejectedInput::Kind::unknown_type,
                    "no actor in this program receives that type");
    return;
  }
  if (!rights_.send && !is_ask(item.to)) {
    refuse_messages(from, item, sender_ref, engine::RejectedInput::Kind::denied,
                    "other nodes may not send messages to this one");
    return;
  }
  EnvelopePtr first = engine::make_encoded(names.count_sender(item), *type, item.payload, frame);
  const Ref& receiver = names.receiver(item);
  const auto hand_on = [&](EnvelopePtr message) {
    if (receiver) {
      messages.add(*RefAccess::target(receiver), RefAccess::generation(receiver),
                   std::move(message));
    } else {
      node_.dead_letter(
          NameTarget::make(node_.anchor(), Uri(node_.anchor().node_id(), std::string(item.to))),
          std::move(message));
    }
  };
  hand_on(std::move(first));
  // What `receiver` refers to is not changed: the names of a run have numbers.
  item.each_other([&](std::string_view payload) {
    hand_on(engine::make_encoded(names.count_sender(item), *type, payload, frame));
  });
}

void HubTransport::refuse_messages(const NodeId& from, const Item& run, const Ref& sender,
                                   engine::RejectedInput::Kind kind, std::string_view why) {
  for (std::uint64_t i = 0; i < run.count; ++i) {
    refuse_message(from, run, sender, kind, why);
  }
}

void HubTransport::refuse_message(const NodeId& from, const Item& item, const Ref& sender,
                                  engine::RejectedInput::Kind kind, std::string_view why) {
  const std::string what = "a message of type " + quoted(item.type) + " to " + quoted(item.to) +
                           " from " + from.to_string() + ": " + std::string(why);
  node_.reject_input(kind, what);
  if (const Uri uri = sender.uri(); is_ask(uri.path())) {
    ask_failed(uri, what);
  }
}

void HubTransport::deliver_watch(const NodeId& from, const Item& item) {
  const Ref watcher = peer_ref(from, item.from);
  const Uri watcher_uri = watcher.uri();
  if (watcher_uri.node() != from) {
    node_.reject_input(engine::RejectedInput::Kind::bad_name,
                       "an item from " + from.to_string() + ": the watcher " + quoted(item.from) +
                           " is no actor of that node");
    return;
  }
  const Item stopped{.kind = ItemKind::terminated, .to = watcher_uri.path(), .from = item.to};
  if (!rights_.watch) {
    node_.reject_input(engine::RejectedInput::Kind::denied,
                       from.to_string() + " wants to watch " + quoted(item.to) +
                           ", and other nodes may not watch actors of this one; it was told that "
                           "the actor has stopped");
    answer(from, stopped);
    return;
  }
  const Ref actor = node_.find(item.to);
  detail::Target* const target = RefAccess::target(actor);
  if (target == nullptr || !target->is_actor()) {
    answer(from, stopped);
    return;
  }
  if (!watched_.add(from, {actor, watcher})) {
    node_.reject_input(engine::RejectedInput::Kind::over_limit,
                       from.to_string() +
                           " wants to watch more actors than one node may; it was told that " +
                           quoted(item.to) + " has stopped");
    answer(from, stopped);
    return;
  }
  engine::Cell::send_system(actor, engine::Watch{actor, watcher});
}

void HubTransport::deliver_terminated(const NodeId& from, const Item& item) {
  const Uri actor = uri_of(from, item.from);
  if (actor.node() != from) {
    return;
  }
  for (const Uri& form : forms_of(from, actor.path())) {
    const WatchTable::Pair pair = watching_.take(from, form, item.to);
    if (pair.watcher) {
      tell_terminated(pair);
    }
  }
}

std::vector<Uri> HubTransport::forms_of(const NodeId& node, const std::string& path) {
  std::vector<Uri> forms{Uri(node, path)};
  for (NodeId& name : routes_.names_of(node)) {
    forms.emplace_back(std::move(name), path);
  }
  return forms;
}

void HubTransport::tell_terminated(const WatchTable::Pair& pair) {
  detail::deliver(RefAccess::target(pair.watcher), RefAccess::generation(pair.watcher),
                  Envelope::make<Terminated>(Sender{}, Terminated{pair.actor}));
}

void HubTransport::give_back(const Uri& to, EnvelopePtr message, const std::string& reason) {
  node_.refuse_ask(*message, reason);
  node_.dead_letter(NameTarget::make(node_.anchor(), to), std::move(message));
}

void HubTransport::returned(Parcel parcel, const std::string& reason) noexcept {
  if (auto* const unsent = dynamic_cast<UnsentMessages*>(parcel.keepsake.get())) {
    unsent->give_back(parcel.items, [&](const Ref& to, EnvelopePtr message) {
      node_.refuse_ask(*message, reason);
      node_.dead_letter(to, std::move(message));
    });
  } else if (auto* const watch = dynamic_cast<UnsentWatch*>(parcel.keepsake.get())) {
    if (watching_.remove(watch->node, watch->pair)) {
      tell_terminated(watch->pair);
    }
  }
}

void HubTransport::node_up(const NodeId& node, std::uint64_t /*incarnation*/) noexcept {
  names_.erase(node);
  node_.events().publish(spinoff::NodeUp{node});
}

void HubTransport::node_down(const NodeId& node, const std::string& reason) noexcept {
  names_.erase(node);
  node_gone(node, reason);
}

// Any thread.
void HubTransport::node_gone(const NodeId& node, const std::string& reason) noexcept {
  routes_.node_down(node);
  for (const WatchTable::Pair& pair : watching_.take_all(node)) {
    tell_terminated(pair);
  }
  for (const WatchTable::Pair& pair : watched_.take_all(node)) {
    engine::Cell::send_system(pair.actor, engine::Unwatch{pair.watcher});
  }
  node_.events().publish(spinoff::NodeDown{node, reason});
}

void HubTransport::high_water(const NodeId& node, const Load& load) noexcept {
  node_.events().publish(
      NodeHighWaterMarkReached{.node = node, .messages = load.messages, .bytes = load.bytes});
}

void HubTransport::rejected(RejectReason reason, std::uint64_t count,
                            const std::string& detail) noexcept {
  node_.events().publish(
      RemoteInputRejected{.what = std::string(to_string(reason)) + ": " + detail, .count = count});
}

void HubTransport::found_node(const NodeId& name, const NodeId& node) noexcept {
  for (WatchTable::Pair& pair : watching_.take_all(name)) {
    static_cast<void>(watching_.add(node, std::move(pair)));
  }
}

void HubTransport::moved(Parcel& parcel, const NodeId& node) noexcept {
  if (auto* const watch = dynamic_cast<UnsentWatch*>(parcel.keepsake.get())) {
    watch->node = node;
  }
}

void HubTransport::came_back(Parcel parcel, const std::string& reason) noexcept {
  returned(std::move(parcel), reason);
}

void HubTransport::name_not_found(const NodeId& name, const std::string& reason) noexcept {
  node_gone(name, reason);
}

void HubTransport::name_high_water(const NodeId& name, const Load& load) noexcept {
  high_water(name, load);
}

// First nobody finds this node any more.
void HubTransport::stop() {
  if (own_name_) {
    own_name_->stop();
  }
  routes_.stop();
  hub_->stop();
}

}  // namespace

void attach_hub(NodeCore& node, const HubOptions& options) {
  attach_hub(node, options, [](const HubOptions& wanted, Listener& listener) {
    return std::make_unique<Hub>(wanted, listener);
  });
}

void attach_hub(NodeCore& node, const HubOptions& options, const MakeCarrier& make_carrier) {
  auto transport = std::make_unique<HubTransport>(node, options, make_carrier);
  Carrier& hub = transport->hub();
  const std::optional<NodeId> name = transport->name();
  node.attach(std::move(transport), hub.node_id(), name);
  hub.start();
}

}  // namespace spinoff::remoting
