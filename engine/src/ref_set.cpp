#include <algorithm>

#include <spinoff/engine/ref_set.hpp>

namespace spinoff::engine {

std::vector<Ref> RefSet::in_order() const {
  std::vector<decltype(numbers_)::const_pointer> entries;
  entries.reserve(numbers_.size());
  for (const auto& entry : numbers_) {
    entries.push_back(&entry);
  }
  std::ranges::sort(entries, {}, [](const auto* entry) { return entry->second; });
  std::vector<Ref> refs;
  refs.reserve(entries.size());
  for (const auto* entry : entries) {
    refs.push_back(entry->first);
  }
  return refs;
}

}  // namespace spinoff::engine
