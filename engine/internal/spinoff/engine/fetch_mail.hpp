/// Gets actors' mail into this core's cache.
///
/// What another core has sent is in that core's cache, or in none; and along one mailbox each
/// message is found by the one before: one wait after the other. Along many mailboxes at once the
/// waits overlap.
#pragma once

#include <array>
#include <cstddef>

#include <spinoff/engine/cell.hpp>

namespace spinoff::engine {

inline constexpr std::size_t kMostFetched = 32;

/// The next `depth` messages of each of `count` actors, at most kMostFetched, that `actor_at(i)`
/// gives. Nobody else may run them meanwhile.
template <class ActorAt>
void fetch_mail(std::size_t count, const ActorAt& actor_at, unsigned depth) noexcept {
  std::array<const Envelope*, kMostFetched> at{};
  for (std::size_t i = 0; i < count; ++i) {
    at[i] = actor_at(i).mailbox().oldest();
  }
  for (; count > 1 && depth > 0; --depth) {
    std::size_t left = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (at[i] != nullptr) {
        at[left++] = Mailbox::newer(at[i]);
      }
    }
    count = left;
  }
}

}  // namespace spinoff::engine
