#include "open_lanes.hpp"

#include <utility>

namespace spinoff::remoting {

namespace {

constexpr std::size_t kFew = 64;

}  // namespace

std::shared_ptr<const Lane> OpenLanes::find(std::string_view path) const {
  const auto found = by_path_.find(std::string(path));
  return found == by_path_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<const Lane> OpenLanes::open(std::string_view path) {
  std::weak_ptr<const Lane>& known = by_path_[std::string(path)];
  std::shared_ptr<const Lane> lane = known.lock();
  if (lane == nullptr) {
    lane = std::make_shared<const Lane>(count_);
    known = lane;
    // Now and then those that are over are forgotten, so that they cost nothing for ever.
    if (by_path_.size() >= 2 * kept_ + kFew) {
      std::erase_if(by_path_, [](const auto& entry) { return entry.second.expired(); });
      kept_ = by_path_.size();
    }
  }
  return lane;
}

}  // namespace spinoff::remoting
