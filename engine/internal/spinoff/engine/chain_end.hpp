/// The end of a chain of messages and how many are in the chain, in one word: so whoever adds a
/// message to a chain counts it in the same step.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include <spinoff/detail/envelope.hpp>

namespace spinoff::engine {

/// Either a mark, which is the end of no chain, or the newest message of one. Messages begin at a
/// multiple of kBlockUnit and lie in the lower half of a space of 48 bits, as all that programs get
/// on the processors of today: that leaves 22 bits to count in. A chain that is longer says
/// kMost.
class ChainEnd {
 public:
  enum Mark : std::uint8_t { idle = 1, wake, closed, empty };

  constexpr ChainEnd() noexcept = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a mark is one
  constexpr ChainEnd(Mark mark) noexcept : bits_(mark) {}

  /// The chain with so many more messages, fewer than kMost, of which the newest is given; or one
  /// of these alone.
  [[nodiscard]] ChainEnd with(const detail::Envelope* message,
                              std::size_t more = 1) const noexcept {
    const std::uint64_t before = is_mark() ? 0 : bits_ & ~kPlace;
    const std::uint64_t count = before + std::min(more * kOne, ~kPlace - before);
    const auto address = reinterpret_cast<std::uintptr_t>(message);
    assert(address % detail::kBlockUnit == 0 && address / detail::kBlockUnit <= kPlace);
    return ChainEnd(count | (address / detail::kBlockUnit));
  }

  [[nodiscard]] constexpr bool is_mark() const noexcept { return bits_ <= empty; }
  /// None unless a mark.
  [[nodiscard]] constexpr std::size_t count() const noexcept { return bits_ >> kPlaceBits; }
  [[nodiscard]] constexpr bool is_uncounted() const noexcept { return count() == kMost; }
  /// Good unless a mark.
  [[nodiscard]] detail::Envelope* message() const noexcept {
    return reinterpret_cast<detail::Envelope*>((bits_ & kPlace) * detail::kBlockUnit);
  }

  friend constexpr bool operator==(ChainEnd, ChainEnd) noexcept = default;

 private:
  static constexpr unsigned kPlaceBits = 42;
  static constexpr std::uint64_t kOne = std::uint64_t{1} << kPlaceBits;
  static constexpr std::uint64_t kPlace = kOne - 1;

  explicit constexpr ChainEnd(std::uint64_t bits) noexcept : bits_(bits) {}

  std::uint64_t bits_ = 0;

 public:
  static constexpr std::size_t kMost = ~kPlace >> kPlaceBits;
};

static_assert(detail::kBlockUnit == 64 && sizeof(void*) == 8);

}  // namespace spinoff::engine
