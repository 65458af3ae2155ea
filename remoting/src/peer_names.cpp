#include "peer_names.hpp"

#include <utility>

#include <spinoff/engine/cell.hpp>

namespace spinoff::remoting {

using detail::RefAccess;
using detail::TargetKind;
using serialization::Alias;
using serialization::Item;

namespace {

// Whether the name still means that: an actor here that has stopped may have a successor.
bool is_current(const Ref& ref) {
  detail::Target* const target = RefAccess::target(ref);
  if (target == nullptr) {
    return false;
  }
  switch (target->kind()) {
    case TargetKind::actor:
      return !static_cast<engine::Cell*>(target)->mailbox().is_closed();
    case TargetKind::name:
      return !ref.is_local();
    default:
      return false;
  }
}

// The place for what a number stands for.
template <class T>
T& at(std::vector<T>& known, const Alias& alias) {
  if (alias.number >= known.size()) {
    known.resize(alias.number + 1);
  }
  return known[alias.number];
}

}  // namespace

Uri uri_of(const NodeId& from, std::string_view text) {
  return text.starts_with('/') || text.empty() ? Uri(from, std::string(text)) : Uri::parse(text);
}

const Ref& PeerNames::receiver(const Item& item) {
  if (!item.to_alias.is_given()) {
    return once_ = node_.find(item.to);
  }
  Receiver& known = at(receivers_, item.to_alias);
  const bool is_known = known.meaning == item.to_alias.meaning;
  if (!is_known || (item.to_alias.number != last_receiver_ && !is_current(known.ref))) {
    known.ref = node_.find(item.to);
    known.meaning = item.to_alias.meaning;
  }
  last_receiver_ = item.to_alias.number;
  return known.ref;
}

const Ref& PeerNames::sender(const Item& item) {
  if (!item.from_alias.is_given()) {
    return once_ = item.from.empty() ? Ref() : node_.resolve(uri_of(peer_, item.from));
  }
  LentRef& known = at(senders_, item.from_alias);
  if (known.meaning != item.from_alias.meaning || (!known.is_lasting && !is_current(known.ref))) {
    known.replace(node_.resolve(uri_of(peer_, item.from)));
    known.meaning = item.from_alias.meaning;
  }
  return known.ref;
}

detail::Sender PeerNames::count_sender(const Item& item, std::uint32_t times) {
  if (item.from_alias.is_given()) {
    return senders_[item.from_alias.number].lend(times);
  }
  detail::Sender sender = RefAccess::sender(once_);
  if (sender.target != nullptr) {
    sender.target->retain(times);
    sender.counted = true;
  }
  return sender;
}

void PeerNames::LentRef::replace(Ref by) {
  take_back();
  ref = std::move(by);
  detail::Target* const target = RefAccess::target(ref);
  is_lasting = target != nullptr && target->kind() == TargetKind::name && !ref.is_local();
}

detail::Sender PeerNames::LentRef::lend(std::uint32_t times) {
  constexpr std::uint32_t kAtOnce = 256;
  detail::Sender sender = RefAccess::sender(ref);
  if (sender.target == nullptr) {
    return sender;
  }
  if (unlent_ < times) {
    const std::uint32_t more = times - unlent_ + kAtOnce;
    sender.target->retain(more);
    unlent_ += more;
  }
  unlent_ -= times;
  sender.counted = true;
  return sender;
}

void PeerNames::LentRef::take_back() noexcept {
  if (unlent_ > 0) {
    RefAccess::target(ref)->release_some(std::exchange(unlent_, 0));
  }
}

const detail::MessageType* PeerNames::type(const Item& item) {
  if (!item.type_alias.is_given()) {
    return detail::TypeRegistry::find(item.type);
  }
  Type& known = at(types_, item.type_alias);
  // One that is not known may be later: libraries with actors can be loaded at any time.
  if (known.meaning != item.type_alias.meaning || known.type == nullptr) {
    known = {detail::TypeRegistry::find(item.type), item.type_alias.meaning};
  }
  return known.type;
}

}  // namespace spinoff::remoting
