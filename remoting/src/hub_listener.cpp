// Inwards, calls come from the I/O thread: it looks up the receiver and leaves the payload encoded,
// to be decoded by the worker that runs the receiver.
#include <algorithm>
#include <string>
#include <utility>

#include <spinoff/engine/ask_target.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/chain_end.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/encoded_run.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/events.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "hub_transport.hpp"
#include "unsent_messages.hpp"

namespace spinoff::remoting {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::RefAccess;
using detail::Sender;
using engine::EncodedRun;
using engine::NameTarget;
using serialization::Item;
using serialization::ItemKind;
using serialization::quoted;

namespace {

static_assert(2 * serialization::kMostInRun < engine::ChainEnd::kMost, "a mailbox counts runs");

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

}  // namespace

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
  const auto make_one = [&](std::string_view payload) {
    return engine::make_encoded(names.count_sender(item), *type, payload, frame);
  };
  EnvelopePtr first = make_one(item.payload);
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
  if (const serialization::PayloadRun& others = item.others;
      others.count() >= EncodedRun::kWorthIt && receiver) {
    hand_on(EncodedRun::make(names.count_sender(item, others.count() + 1), *type, others, frame));
  } else {
    others.each([&](std::string_view payload) { hand_on(make_one(payload)); });
  }
}

void HubTransport::refuse_messages(const NodeId& from, const Item& run, const Ref& sender,
                                   engine::RejectedInput::Kind kind, std::string_view why) {
  for (std::uint64_t i = 0; i < run.count(); ++i) {
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

void HubTransport::tell_terminated(const WatchTable::Pair& pair) {
  detail::deliver(RefAccess::target(pair.watcher), RefAccess::generation(pair.watcher),
                  Envelope::make<Terminated>(Sender{}, Terminated{pair.actor}));
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

}  // namespace spinoff::remoting
