// Outwards, calls come from workers: they encode, so the I/O thread only moves bytes. Inwards,
// calls come from the I/O thread: it looks up the receiver and leaves the payload encoded, to be
// decoded by the worker that runs the receiver.
#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/events.hpp>
#include <spinoff/remoting/hub_transport.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "name_routes.hpp"
#include "own_name.hpp"
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

// What is kept of a message, until it is sent.
struct UnsentMessage final : Keepsake {
  UnsentMessage(Uri uri, EnvelopePtr envelope) : to(std::move(uri)), message(std::move(envelope)) {}
  Uri to;
  EnvelopePtr message;
};

struct UnsentWatch final : Keepsake {
  UnsentWatch(NodeId id, WatchTable::Pair watch) : node(std::move(id)), pair(std::move(watch)) {}
  NodeId node;
  WatchTable::Pair pair;
};

class HubTransport final : public engine::Transport, private Listener, private NameRoutes::Owner {
 public:
  HubTransport(NodeCore& node, const HubOptions& options)
      : node_(node),
        rights_(options.rights),
        watched_(options.max_watches_per_node),
        hub_(options, *this),
        routes_(hub_, *this, options) {
    if (!options.name.empty()) {
      own_name_.emplace(node_, hub_.node_id(), options);
    }
  }
  HubTransport(const HubTransport&) = delete;
  HubTransport& operator=(const HubTransport&) = delete;
  ~HubTransport() override { HubTransport::stop(); }

  Hub& hub() { return hub_; }
  /// `name@host`, if the node has a name.
  [[nodiscard]] std::optional<NodeId> name() const {
    return own_name_ ? std::optional(own_name_->name()) : std::nullopt;
  }

  void send(const Uri& to, EnvelopePtr message) override;
  void watch(const Uri& target, const Ref& watcher) override;
  void unwatch(const Uri& target, const Ref& watcher) override;
  void terminated(const Uri& watcher, const Ref& actor) override;
  void ask_failed(const Uri& ask, std::string_view reason) override;
  void stop() override;

 private:
  void deliver(const NodeId& from, std::span<const Item> items) noexcept override;
  void returned(Parcel parcel, const std::string& reason) noexcept override;
  void node_up(const NodeId& node, std::uint64_t incarnation) noexcept override;
  void node_down(const NodeId& node, const std::string& reason) noexcept override;
  void rejected(RejectReason reason, std::uint64_t count,
                const std::string& detail) noexcept override;

  void found_node(const NodeId& name, const NodeId& node) noexcept override;
  void moved(Parcel& parcel, const NodeId& node) noexcept override;
  void came_back(Parcel parcel, const std::string& reason) noexcept override;
  void name_not_found(const NodeId& name, const std::string& reason) noexcept override;
  // The actor's URI in all forms under which it may be watched from here.
  std::vector<Uri> forms_of(const NodeId& node, const std::string& path);

  void post(const NodeId& to, const Item& item, std::unique_ptr<Keepsake> keepsake);
  void answer(const NodeId& to, const Item& item);
  void send(const NodeId& to, Parcel parcel);
  void deliver(const NodeId& from, const Item& item);
  void deliver_message(const NodeId& from, const Item& item);
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
  WatchTable watching_;  // actors elsewhere that ours watch
  WatchTable watched_;   // ours that actors elsewhere watch
  // Of the I/O thread: who sent last, since senders come in runs.
  NodeId last_from_;
  std::string last_name_;
  Ref last_sender_;
  Hub hub_;  // nearly last, so that its thread ends first
  NameRoutes routes_;
  std::optional<OwnName> own_name_;
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

Uri uri_of(const NodeId& from, std::string_view text) {
  return text.starts_with('/') || text.empty() ? Uri(from, std::string(text)) : Uri::parse(text);
}

std::string HubTransport::wire_name(const Ref& ref) const {
  const Uri uri = ref.uri();  // maybe of another node of this process, which may have no name
  if (!uri.node().has_value()) {
    return {};
  }
  return uri.node() == hub_.node_id() ? uri.path() : uri.to_string();
}

void HubTransport::send(const NodeId& to, Parcel parcel) {
  if (to.is_named()) {
    if (auto refused = routes_.send(to, std::move(parcel))) {
      returned(std::move(refused->parcel), refused->reason);
    }
    return;
  }
  if (auto back = hub_.send(to, std::move(parcel))) {
    returned(std::move(*back), "this node is stopping, or has too much queued");
  }
}

// None of these may get lost inside of a session; there are not more than of watches and asks.
void HubTransport::post(const NodeId& to, const Item& item, std::unique_ptr<Keepsake> keepsake) {
  send(to,
       Parcel{
           .item = serialization::encode(item), .keepsake = std::move(keepsake), .must_go = true});
}

// The end of the session is an answer too, and without one nobody waits for any.
void HubTransport::answer(const NodeId& to, const Item& item) {
  send(to, Parcel{.item = serialization::encode(item), .must_go = true, .only_in_session = true});
}

void HubTransport::send(const Uri& to, EnvelopePtr message) {
  const detail::MessageType& type = message->type();
  if (type.encode == nullptr) {
    const std::string why = "a message of type " + std::string(type.name) + " cannot be sent to " +
                            to.to_string() +
                            ": it cannot be serialized; give its struct MSGPACK_DEFINE(fields...)";
    node_.publish_error(NameTarget::make(node_.anchor(), to),
                        std::make_exception_ptr(std::runtime_error(why)), {});
    give_back(to, std::move(message), why);
    return;
  }
  std::string payload;
  try {
    type.encode(message->payload(), payload);
    const Sender from = message->sender();
    const Ref sender = RefAccess::hold(from.target, from.generation);
    const std::string sender_name = sender ? wire_name(sender) : std::string();
    const Item item{.kind = ItemKind::message,
                    .to = to.path(),
                    .from = sender_name,
                    .type = type.name,
                    .payload = payload};
    Parcel parcel{.item = serialization::encode(item)};
    // The message itself is about as large as what it is encoded to.
    parcel.kept_bytes = sizeof(UnsentMessage) + sizeof(Envelope) + item.to.size() + payload.size();
    parcel.keepsake = std::make_unique<UnsentMessage>(to, std::move(message));
    send(*to.node(), std::move(parcel));
  } catch (const std::exception& error) {
    node_.publish_error(NameTarget::make(node_.anchor(), to), std::current_exception(), {});
    if (message != nullptr) {
      give_back(to, std::move(message), error.what());
    }
  }
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
  Parcel parcel{.item = serialization::encode(
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

void HubTransport::deliver(const NodeId& from, std::span<const Item> items) noexcept {
  for (const Item& item : items) {
    try {
      deliver(from, item);
    } catch (const std::exception& error) {  // such as a name that is none
      node_.reject_input(engine::RejectedInput::Kind::bad_name,
                         "an item from " + from.to_string() + ": " + error.what());
    }
  }
}

void HubTransport::deliver(const NodeId& from, const Item& item) {
  switch (item.kind) {
    case ItemKind::message:
      deliver_message(from, item);
      return;
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
  if (uri.empty()) {
    return {};
  }
  if (uri != last_name_ || from != last_from_) {
    last_sender_ = node_.resolve(uri_of(from, uri));
    // A name of our own may stand for another actor the next time.
    last_name_ = last_sender_.is_local() ? std::string_view() : uri;
    last_from_ = from;
  }
  return last_sender_;
}

void HubTransport::deliver_message(const NodeId& from, const Item& item) {
  const Ref sender_ref = peer_ref(from, item.from);
  const detail::MessageType* const type = detail::TypeRegistry::find(item.type);
  if (type == nullptr) {
    refuse_message(from, item, sender_ref, engine::RejectedInput::Kind::unknown_type,
                   "no actor in this program receives that type");
    return;
  }
  if (!rights_.send && !is_ask(item.to)) {
    refuse_message(from, item, sender_ref, engine::RejectedInput::Kind::denied,
                   "other nodes may not send messages to this one");
    return;
  }
  Sender sender = RefAccess::sender(sender_ref);
  if (sender.target != nullptr) {
    sender.target->retain();
    sender.counted = true;
  }
  EnvelopePtr message =
      Envelope::make<engine::Encoded>(sender, engine::Encoded{type, std::string(item.payload)});
  if (const Ref target = node_.find(item.to)) {
    detail::deliver_or_drop(RefAccess::target(target), RefAccess::generation(target),
                            std::move(message));
  } else {
    node_.dead_letter(
        NameTarget::make(node_.anchor(), Uri(node_.anchor().node_id(), std::string(item.to))),
        std::move(message));
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
  if (auto* const unsent = dynamic_cast<UnsentMessage*>(parcel.keepsake.get())) {
    give_back(unsent->to, std::move(unsent->message), reason);
  } else if (auto* const watch = dynamic_cast<UnsentWatch*>(parcel.keepsake.get())) {
    if (watching_.remove(watch->node, watch->pair)) {
      tell_terminated(watch->pair);
    }
  }
}

void HubTransport::node_up(const NodeId& node, std::uint64_t /*incarnation*/) noexcept {
  node_.events().publish(NodeUp{node});
}

void HubTransport::node_down(const NodeId& node, const std::string& reason) noexcept {
  routes_.node_down(node);
  for (const WatchTable::Pair& pair : watching_.take_all(node)) {
    tell_terminated(pair);
  }
  for (const WatchTable::Pair& pair : watched_.take_all(node)) {
    engine::Cell::send_system(pair.actor, engine::Unwatch{pair.watcher});
  }
  node_.events().publish(NodeDown{node, reason});
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
  node_down(name, reason);
}

// First nobody finds this node any more.
void HubTransport::stop() {
  if (own_name_) {
    own_name_->stop();
  }
  routes_.stop();
  hub_.stop();
}

}  // namespace

void attach_hub(NodeCore& node, const HubOptions& options) {
  auto transport = std::make_unique<HubTransport>(node, options);
  Hub& hub = transport->hub();
  const std::optional<NodeId> name = transport->name();
  node.attach(std::move(transport), hub.node_id(), name);
  hub.start();
}

}  // namespace spinoff::remoting
