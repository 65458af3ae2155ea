/// The actors that this node has spawned at others, and who stands for each of them here.
#pragma once

#include <mutex>
#include <unordered_map>

#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::engine {

/// Any thread.
class FarChildren {
 public:
  void add(const Uri& child, const Ref& stand_in) {
    const std::scoped_lock lock(mutex_);
    stand_ins_.insert_or_assign(child, stand_in);
  }
  /// Unless the name has a new owner.
  void remove(const Uri& child, const Ref& stand_in) {
    Ref last;  // let go outside of the lock
    const std::scoped_lock lock(mutex_);
    const auto found = stand_ins_.find(child);
    if (found != stand_ins_.end() && found->second == stand_in) {
      last = std::move(found->second);
      stand_ins_.erase(found);
    }
  }
  /// Nobody, if that actor was not spawned from here.
  [[nodiscard]] Ref stand_in_of(const Uri& child) const {
    const std::scoped_lock lock(mutex_);
    const auto found = stand_ins_.find(child);
    return found == stand_ins_.end() ? Ref() : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<Uri, Ref> stand_ins_;
};

}  // namespace spinoff::engine
