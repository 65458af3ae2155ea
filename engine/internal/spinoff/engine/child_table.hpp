/// An actor's children by name. Made-up names are found by their number, so that they need no
/// string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include <spinoff/engine/spin_lock.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

class Cell;

/// An intrusive hash table with chains through the cells. A few children are one chain, and need no
/// buckets. Any thread.
class ChildTable {
 public:
  ChildTable() = default;
  ChildTable(const ChildTable&) = delete;
  ChildTable& operator=(const ChildTable&) = delete;
  ~ChildTable() { free_buckets(); }

  enum class Added : std::uint8_t { yes, name_taken, closed };

  /// Makes a name up for a child that has none.
  Added add(Cell& child);
  /// The name is free again.
  void erase(Cell& child) noexcept;
  /// The child is done with everything. True if the table is closed and this was the last: exactly
  /// one child of a closed table hears that.
  bool leave() noexcept;
  /// Both at once.
  bool erase_and_leave(Cell& child) noexcept;
  /// The child of that name, or a Ref that names nobody.
  Ref find(std::string_view name) const;
  /// Refs to all children now.
  std::vector<Ref> all() const;
  /// Lets no more children in; true if there are none.
  bool close() noexcept;
  /// The same for the only thread that adds: costs no lock if it never has.
  bool close_by_adder() noexcept;
  /// Lets children in again (a restart).
  void open() noexcept;
  /// For the next life of the cell.
  void reset() noexcept;

 private:
  void grow();
  void unlink(Cell& child) noexcept;
  void free_buckets() noexcept {
    if (bucket_count_ > 1) {
      delete[] buckets_;
    }
  }
  // Where the chain begins that a key belongs to; `link(i)` is the `i`th of `bucket_count_`.
  Cell*& bucket(std::uint64_t key) noexcept {
    return link(static_cast<std::uint32_t>(key) & (bucket_count_ - 1));
  }
  Cell*& link(std::uint32_t i) noexcept { return bucket_count_ == 1 ? only_ : buckets_[i]; }
  [[nodiscard]] Cell* first(std::uint32_t i) const noexcept {
    return bucket_count_ == 1 ? only_ : buckets_[i];
  }

  union {
    Cell* only_ = nullptr;  // the only chain
    Cell** buckets_;        // if there are several
  };
  std::uint64_t last_number_ = 0;  // of a made-up name
  std::uint32_t bucket_count_ = 1;
  std::uint32_t named_ = 0;  // that can be found
  std::uint32_t alive_ = 0;  // that have not left
  mutable SpinLock lock_;
  bool used_ = false;  // someone has added a child; written by those who add only
  bool closed_ = false;
};

}  // namespace spinoff::engine
