/// Which node of a host has which name. Pure: it is told the time.
///
/// A node says again every second that it has its name (kClaimInterval); one that has not for three
/// (kClaimLasts) is taken for dead, and its name is free. So a mapper that was started again knows
/// all names a second later, and has nothing to keep in between.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include <spinoff/uri.hpp>

namespace spinoff::remoting {

inline constexpr std::chrono::milliseconds kClaimInterval{1'000};
inline constexpr std::chrono::milliseconds kClaimLasts{3'000};

class MapperTable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit MapperTable(std::size_t max_names = 10'000) : max_names_(max_names) {}

  /// The node that has the name now: this one, unless another one had it and is alive. Null if
  /// there are as many names as may be.
  const NodeId* claim(const std::string& name, const NodeId& node, Time now);
  /// Does nothing if another node has it.
  void release(const std::string& name, const NodeId& node);
  /// Null: nobody.
  const NodeId* find(const std::string& name, Time now);

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

 private:
  struct Claim {
    NodeId node;
    Time until;
  };
  void expire(Time now);

  const std::size_t max_names_;
  std::map<std::string, Claim, std::less<>> names_;
};

}  // namespace spinoff::remoting
