// Outwards, calls come from workers: they encode into the peer's Outbox, so the I/O thread only
// moves bytes.
#include "hub_transport.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/system_messages.hpp>

#include "encoding_buffer.hpp"
#include "waiting_send.hpp"

namespace spinoff::remoting {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::RefAccess;
using detail::Sender;
using engine::NameTarget;
using engine::NodeCore;
using serialization::Item;
using serialization::ItemKind;

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
  EncodingBuffer buffer(Outbox::kRoomForHeads);
  serialization::FrameBytes& payload = *buffer;
  try {
    type.encode(message->payload(), payload.end());
    if (!write(to, *message, payload)) {
      refused(message, payload);
    }
  } catch (const std::exception& error) {
    if (message == nullptr) {  // it was refused, and with it `to` may have gone
      node_.publish_error(Ref(), std::current_exception(), {});
      return;
    }
    node_.publish_error(NameTarget::make(node_.anchor(), to.uri()), std::current_exception(), {});
    give_back(to.uri(), std::move(message), error.what());
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

std::vector<Uri> HubTransport::forms_of(const NodeId& node, const std::string& path) {
  std::vector<Uri> forms{Uri(node, path)};
  for (NodeId& name : routes_.names_of(node)) {
    forms.emplace_back(std::move(name), path);
  }
  return forms;
}

void HubTransport::give_back(const Uri& to, EnvelopePtr message, const std::string& reason) {
  node_.refuse_ask(*message, reason);
  node_.dead_letter(NameTarget::make(node_.anchor(), to), std::move(message));
}

// First nobody finds this node any more.
void HubTransport::stop() {
  if (own_name_) {
    own_name_->stop();
  }
  routes_.stop();
  hub_->stop();
}

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
