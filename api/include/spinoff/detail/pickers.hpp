/// What the ways of routing in <spinoff/routing.hpp> do: `pick` says which routee of a table that
/// has one gets the message whose key is `key`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include <spinoff/detail/random_stream.hpp>
#include <spinoff/detail/routees.hpp>
#include <spinoff/routing.hpp>

namespace spinoff::detail {

/// Numbers for a router's choices, from the node of the actor that runs now, or from the system.
std::uint64_t draw_seed();

template <class Routing>
class Picker;

/// Those that do not look at the message.
struct KeylessPicker {
  template <class M>
  [[nodiscard]] std::uint64_t key(const M& /*message*/) const noexcept {
    return 0;
  }
  [[nodiscard]] RouteTableOptions table_options() const noexcept { return {}; }
};

template <>
class Picker<RoundRobin> : public KeylessPicker {
 public:
  explicit Picker(RoundRobin /*routing*/) noexcept {}
  std::size_t pick(const RouteTable& table, std::uint64_t /*key*/) noexcept {
    return next_.fetch_add(1, std::memory_order_relaxed) % table.routees.size();
  }

 private:
  std::atomic<std::size_t> next_{0};
};

template <>
class Picker<Random> : public KeylessPicker {
 public:
  explicit Picker(Random routing)
      : numbers_(routing.seed.has_value() ? *routing.seed : draw_seed()) {}
  std::size_t pick(const RouteTable& table, std::uint64_t /*key*/) noexcept {
    return numbers_.next() % table.routees.size();
  }

 private:
  RandomStream numbers_;
};

template <>
class Picker<SmallestMailbox> : public Picker<RoundRobin> {
 public:
  explicit Picker(SmallestMailbox /*routing*/) noexcept : Picker<RoundRobin>(RoundRobin{}) {}
  [[nodiscard]] RouteTableOptions table_options() const noexcept { return {.counts = true}; }
  std::size_t pick(const RouteTable& table, std::uint64_t key) noexcept {
    const std::size_t count = table.routees.size();
    const std::size_t first = Picker<RoundRobin>::pick(table, key);
    std::size_t best = first;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < count && least != 0; ++i) {
      const std::size_t at = (first + i) % count;
      const Load& load = table.routees[at].load;
      if (load == nullptr) {
        continue;
      }
      if (const std::size_t messages = load->load(std::memory_order_relaxed); messages < least) {
        least = messages;
        best = at;
      }
    }
    return best;
  }
};

template <class Key>
class Picker<ConsistentHash<Key>> {
 public:
  explicit Picker(ConsistentHash<Key> routing) : routing_(std::move(routing)) {}
  [[nodiscard]] RouteTableOptions table_options() const noexcept {
    return {.virtual_nodes = routing_.virtual_nodes == 0 ? 1 : routing_.virtual_nodes};
  }
  template <class M>
  [[nodiscard]] std::uint64_t key(const M& message) const {
    constexpr bool kHasKey = std::is_invocable_v<const Key&, const M&>;
    static_assert(kHasKey,
                  "a message that is routed by its key needs one: give it a member "
                  "`routing_key() const`, or ConsistentHash a function that takes it");
    if constexpr (kHasKey) {
      decltype(auto) value = std::invoke(routing_.key, message);
      return mix(std::hash<std::remove_cvref_t<decltype(value)>>()(value));
    } else {
      return 0;
    }
  }
  std::size_t pick(const RouteTable& table, std::uint64_t key) const noexcept {
    return table.ring.owner(key);
  }

 private:
  ConsistentHash<Key> routing_;
};

template <>
class Picker<Broadcast> : public KeylessPicker {
 public:
  explicit Picker(Broadcast /*routing*/) noexcept {}
};
template <>
class Picker<ScatterGatherFirst> : public KeylessPicker {
 public:
  explicit Picker(ScatterGatherFirst /*routing*/) noexcept {}
};

}  // namespace spinoff::detail
