/// The actors behind a router: looked at by many senders, changed now and then.
///
/// A table never changes; whoever adds or removes a routee puts a new one in its place. A sender
/// counts itself in, then takes the table, and counts itself out when it is done. An old table is
/// freed by a change that afterwards finds nobody inside: since these steps are sequentially
/// consistent, whoever counts itself in later finds the new one. So senders take no lock, and wait
/// for nobody.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <spinoff/detail/hash_ring.hpp>
#include <spinoff/detail/routed.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::detail {

struct Routee {
  Ref ref;
  Load load;  // null where nobody counts
};

struct RouteTable {
  std::vector<Routee> routees;
  HashRing ring;
};

/// What a table has beside refs.
struct RouteTableOptions {
  bool counts = false;
  unsigned virtual_nodes = 0;  // 0: no ring
};

/// Any thread.
class Routees {
 public:
  explicit Routees(RouteTableOptions options) : options_(options) {}
  Routees(const Routees&) = delete;
  Routees& operator=(const Routees&) = delete;
  ~Routees() { delete table_.load(std::memory_order_relaxed); }

  /// Keeps a table as long as it lives. No lock: user code may run, and change the routees.
  class Reading {
   public:
    explicit Reading(Routees& routees) noexcept : routees_(routees) {
      routees_.readers_.fetch_add(1);
      table_ = routees_.table_.load();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() { routees_.readers_.fetch_sub(1); }
    const RouteTable& operator*() const noexcept { return *table_; }
    const RouteTable* operator->() const noexcept { return table_; }

   private:
    Routees& routees_;
    const RouteTable* table_;
  };

  /// Harmless if it is there.
  void add(const Ref& ref);
  /// Harmless if it is not there.
  void remove(const Ref& ref);
  void add(const std::vector<Ref>& refs);

 private:
  // With the lock.
  void replace(std::vector<Routee> routees);
  void append(std::vector<Routee>& routees, const Ref& ref) const;

  const RouteTableOptions options_;
  std::mutex mutex_;                                    // of those who change the table
  std::vector<std::unique_ptr<const RouteTable>> old_;  // someone may look at them yet
  // What each sender touches.
  alignas(64) std::atomic<const RouteTable*> table_{new RouteTable};
  std::atomic<std::size_t> readers_{0};
};

}  // namespace spinoff::detail
