#include <cstdint>
#include <exception>
#include <list>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include <spinoff/detail/kept_messages.hpp>
#include <spinoff/detail/pool.hpp>
#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/delayed_message.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/ticket.hpp>
#include <spinoff/events.hpp>

namespace spinoff::detail {

namespace {

template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): as the standard asks of allocators
  PoolAllocator(const PoolAllocator<U>& /*other*/) noexcept {}
  T* allocate(std::size_t count) { return static_cast<T*>(detail::allocate(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) noexcept {
    detail::deallocate(memory, count * sizeof(T));
  }
  friend bool operator==(const PoolAllocator&, const PoolAllocator&) = default;
};

struct KeptMessage {
  std::uint64_t order;
  EnvelopePtr message;
};
using Line = std::list<KeptMessage, PoolAllocator<KeptMessage>>;
using Place = Line::iterator;

using Hash = std::size_t (*)(const Content& message);

// All of a line, by the hash of a member. Those of one hash are in order.
class Index {
 public:
  using Places = std::map<std::uint64_t, Place>;

  Index(Hash by, Line& line) : hash_(by) {
    for (Place place = line.begin(); place != line.end(); ++place) {
      add(place);
    }
  }
  [[nodiscard]] Hash hash() const noexcept { return hash_; }
  void add(Place place) {
    Places& places = places_[hash_(content_of(*place->message))];
    places.emplace_hint(places.end(), place->order, place);
  }
  void remove(Place place) {
    const auto found = places_.find(hash_(content_of(*place->message)));
    if (found == places_.end()) {
      return;
    }
    found->second.erase(place->order);
    if (found->second.empty()) {
      places_.erase(found);
    }
  }
  [[nodiscard]] const Places* find(std::size_t hashed) const {
    const auto found = places_.find(hashed);
    return found == places_.end() ? nullptr : &found->second;
  }

 private:
  Hash hash_;
  std::unordered_map<std::size_t, Places> places_;
};

}  // namespace

EnvelopePtr claimed(EnvelopePtr message) {
  if (message->type().kind == MessageKind::ticket) {
    return claimed(engine::Ticket::open(*message));
  }
  if (message->type().kind == MessageKind::routed) {
    return Routed::open(*message);
  }
  if (message->type().kind != MessageKind::scheduled) {
    return message;
  }
  engine::Cell& cell = *engine::Cell::running();
  DelayedMessage& task = *message->as<Scheduled>().task;
  EnvelopePtr inner;
  try {
    inner = task.claim();
  } catch (...) {
    cell.node().publish_error(cell.ref(), std::current_exception(), {});
  }
  task.handled(cell.node().timers());
  return inner;
}

bool Wanted::fits(const Content& message) const {
  if (types == nullptr) {
    return true;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (types[i] == &message.type) {
      return accepts == nullptr || accepts(filter, message);
    }
  }
  return false;
}

/// Those of one type.
class KeptMessages::Queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return line_.empty(); }
  [[nodiscard]] Place oldest() noexcept { return line_.begin(); }
  [[nodiscard]] Place none() noexcept { return line_.end(); }

  void add(std::uint64_t order, EnvelopePtr message) {
    const Place place = line_.insert(line_.end(), KeptMessage{order, std::move(message)});
    for (Index& index : indices_) {
      index.add(place);
    }
    for (Search& search : searches_) {
      if (search.next == none()) {
        search.next = place;
      }
    }
  }

  EnvelopePtr remove(Place place) {
    for (Index& index : indices_) {
      index.remove(place);
    }
    for (Search& search : searches_) {
      if (search.next == place) {
        ++search.next;
      }
    }
    EnvelopePtr message = std::move(place->message);
    line_.erase(place);
    return message;
  }

  /// The oldest that is accepted.
  Place find(const Wanted& wanted) {
    if (wanted.accepts == nullptr) {
      return oldest();
    }
    const auto accepts = [&](Place place) {
      return wanted.accepts(wanted.filter, content_of(*place->message));
    };
    if (wanted.hash == nullptr) {
      Place from_the_oldest = oldest();
      Place& place = wanted.pure != nullptr ? search_of(wanted.pure) : from_the_oldest;
      while (place != none() && !accepts(place)) {
        ++place;
      }
      return place;
    }
    if (const Index::Places* const places = by(wanted.hash).find(wanted.hashed)) {
      for (const auto& [order, place] : *places) {
        if (accepts(place)) {
          return place;
        }
      }
    }
    return none();
  }

 private:
  const Index& by(Hash member) {
    for (const Index& index : indices_) {
      if (index.hash() == member) {
        return index;
      }
    }
    return indices_.emplace_back(member, line_);
  }

  Place& search_of(const void* predicate) {
    for (Search& search : searches_) {
      if (search.predicate == predicate) {
        return search.next;
      }
    }
    return searches_.emplace_back(Search{predicate, oldest()}).next;
  }

  // How far a predicate has looked that goes by the message alone: all before `next` are refused.
  struct Search {
    const void* predicate;
    Place next;
  };

  Line line_;
  std::vector<Index> indices_;  // by each member that was asked for
  std::vector<Search> searches_;
};

struct KeptMessages::Queues {
  std::unordered_map<const MessageType*, Queue> by_type;
  std::uint64_t last_order = 0;
};

KeptMessages::KeptMessages() noexcept = default;
KeptMessages::~KeptMessages() = default;

void KeptMessages::add(EnvelopePtr message) {
  if (queues_ == nullptr) {
    queues_ = std::make_unique<Queues>();
  }
  Queue& queue = queues_->by_type[&content_of(*message).type];
  ++count_;
  queue.add(++queues_->last_order, std::move(message));
}

EnvelopePtr KeptMessages::take(const Wanted& wanted) {
  while (count_ != 0) {
    EnvelopePtr message;
    if (wanted.types == nullptr) {
      message = take_oldest();
    } else {
      Queue* oldest = nullptr;
      Place at;
      for (std::size_t i = 0; i < wanted.count; ++i) {
        const auto found = queues_->by_type.find(wanted.types[i]);
        if (found == queues_->by_type.end()) {
          continue;
        }
        Queue& queue = found->second;
        const Place place = queue.find(wanted);
        if (place != queue.none() && (oldest == nullptr || place->order < at->order)) {
          oldest = &queue;
          at = place;
        }
      }
      if (oldest == nullptr) {
        return nullptr;
      }
      message = oldest->remove(at);
      --count_;
    }
    if (EnvelopePtr inner = claimed(std::move(message))) {
      return inner;
    }
  }
  return nullptr;
}

EnvelopePtr KeptMessages::take_oldest() {
  if (count_ == 0) {
    return nullptr;
  }
  Queue* oldest = nullptr;
  for (auto& [type, queue] : queues_->by_type) {
    if (!queue.empty() && (oldest == nullptr || queue.oldest()->order < oldest->oldest()->order)) {
      oldest = &queue;
    }
  }
  --count_;
  return oldest->remove(oldest->oldest());
}

bool KeptMessages::has_end_of(const Ref& actor) const {
  if (count_ == 0) {
    return false;
  }
  const auto found = queues_->by_type.find(&kMessageType<Terminated>);
  if (found == queues_->by_type.end()) {
    return false;
  }
  Queue& ends = found->second;
  for (Place place = ends.oldest(); place != ends.none(); ++place) {
    if (content_of(*place->message).as<Terminated>().actor == actor) {
      return true;
    }
  }
  return false;
}

void KeptMessages::drop_end_of(const Ref& actor) {
  if (count_ == 0) {
    return;
  }
  const auto found = queues_->by_type.find(&kMessageType<Terminated>);
  if (found == queues_->by_type.end()) {
    return;
  }
  Queue& ends = found->second;
  for (Place place = ends.oldest(); place != ends.none();) {
    const Place next = std::next(place);
    if (content_of(*place->message).as<Terminated>().actor == actor) {
      ends.remove(place);
      --count_;
    }
    place = next;
  }
}

}  // namespace spinoff::detail
