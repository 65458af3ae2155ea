/// An actor's children by name. Made-up names are found by their number, so that they need no
/// string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <spinoff/engine/spin_lock.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

class Cell;

/// An intrusive hash table with chains through the cells. Any thread.
class ChildTable {
 public:
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
  Cell*& bucket(std::uint64_t key) const noexcept { return buckets_[key & (bucket_count_ - 1)]; }

  std::unique_ptr<Cell*[]> buckets_;
  std::uint64_t last_number_ = 0;  // of a made-up name
  std::uint32_t bucket_count_ = 0;
  std::uint32_t named_ = 0;  // that can be found
  std::uint32_t alive_ = 0;  // that have not left
  mutable SpinLock lock_;
  bool closed_ = false;
};

}  // namespace spinoff::engine
