/// Refs, each once, in the order in which they came: so that whoever goes through them does the
/// same in each run that is repeated, wherever the actors lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <spinoff/ref.hpp>

namespace spinoff::engine {

class RefSet {
 public:
  /// False if it is there already.
  bool insert(const Ref& ref) { return numbers_.emplace(ref, ++last_).second; }
  /// False if it is not there.
  bool erase(const Ref& ref) { return numbers_.erase(ref) != 0; }
  [[nodiscard]] bool contains(const Ref& ref) const { return numbers_.contains(ref); }
  [[nodiscard]] std::vector<Ref> in_order() const;

 private:
  std::unordered_map<Ref, std::uint64_t> numbers_;
  std::uint64_t last_ = 0;
};

}  // namespace spinoff::engine
