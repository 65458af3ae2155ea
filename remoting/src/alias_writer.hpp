/// Which texts the other end knows by a number, at the end that sends them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <spinoff/serialization/wire.hpp>

namespace spinoff::remoting {

/// Numbers for texts of one kind in one session. A text is known by who has it, not by its bytes,
/// so that nothing is hashed but an address. When all places for a text are taken, it takes that of
/// another one, whose number then is its own; so there are always numbers for those in use.
class AliasWriter {
 public:
  /// Who has the text: an address and which of the things that were there one after the other.
  struct Owner {
    const void* place = nullptr;
    std::uint32_t generation = 0;
    friend bool operator==(const Owner&, const Owner&) = default;
  };

  /// Forgets all. The other end keeps so many.
  void reset(std::size_t max_aliases) {
    slots_.clear();
    free_.clear();
    next_ = 0;
    max_ = static_cast<std::uint32_t>(std::min<std::size_t>(max_aliases, kMost));
  }

  [[nodiscard]] bool has(const Owner& owner) const noexcept {
    return owner.place != nullptr && find(owner) != nullptr;
  }

  /// The number of the text of that size, a new one if there is none yet. Not given if the other
  /// end keeps none, or none that long.
  serialization::Alias get(const Owner& owner, std::size_t text_size) {
    if (owner.place == nullptr || max_ == 0 || text_size > serialization::kMaxAliasText) {
      return {};
    }
    if (const Slot* const known = find(owner)) {
      return {.number = known->number};
    }
    Slot* slot = free_slot(owner);
    while (slot == nullptr && slots_.size() < max_) {
      grow();
      slot = free_slot(owner);
    }
    if (slot == nullptr) {  // in place of another one, whose number it takes
      slot = &slots_[at(owner) ^ 1U];
    } else if (!free_.empty()) {
      slot->number = free_.back();
      free_.pop_back();
    } else if (next_ < max_) {
      slot->number = next_++;
    } else {
      return {};
    }
    slot->owner = owner;
    return {.number = slot->number, .is_new = true};
  }

  /// No more than that is of use to anybody.
  static constexpr std::size_t kMost = 4096;

 private:
  struct Slot {
    Owner owner;
    std::uint32_t number = 0;
  };

  [[nodiscard]] const Slot* find(const Owner& owner) const noexcept {
    if (slots_.empty()) {
      return nullptr;
    }
    const std::size_t one = at(owner);
    return slots_[one].owner == owner        ? &slots_[one]
           : slots_[one ^ 1U].owner == owner ? &slots_[one ^ 1U]
                                             : nullptr;
  }
  Slot* free_slot(const Owner& owner) noexcept {
    if (slots_.empty()) {
      return nullptr;
    }
    const std::size_t one = at(owner);
    return slots_[one].owner.place == nullptr        ? &slots_[one]
           : slots_[one ^ 1U].owner.place == nullptr ? &slots_[one ^ 1U]
                                                     : nullptr;
  }
  [[nodiscard]] std::size_t at(const Owner& owner) const noexcept {
    // Fibonacci hashing: the upper bits depend on all.
    const std::uint64_t mixed =
        (reinterpret_cast<std::uintptr_t>(owner.place) + owner.generation) * 0x9E3779B97F4A7C15U;
    return (mixed >> 32U) & (slots_.size() - 1);
  }

  // To the next power of two that is worth it. Those that find no place are forgotten.
  void grow() {
    constexpr std::size_t kSmallest = 16;
    std::vector<Slot> before(std::max(kSmallest, slots_.size() * 2));
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.owner.place == nullptr) {
        continue;
      }
      if (Slot* const place = free_slot(slot.owner)) {
        *place = slot;
      } else {
        free_.push_back(slot.number);
      }
    }
  }

  std::vector<Slot> slots_;  // none, or a power of two
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 0;
  std::uint32_t max_ = 0;
};

}  // namespace spinoff::remoting
