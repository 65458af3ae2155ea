#include <algorithm>
#include <utility>

#include <spinoff/detail/routees.hpp>

namespace spinoff::detail {

void Routees::append(std::vector<Routee>& routees, const Ref& ref) const {
  const bool known =
      std::ranges::any_of(routees, [&](const Routee& routee) { return routee.ref == ref; });
  if (!known) {
    const bool counted = options_.counts && ref.is_local();
    routees.push_back({ref, counted ? std::make_shared<std::atomic<std::size_t>>(0) : nullptr});
  }
}

void Routees::add(const std::vector<Ref>& refs) {
  const std::scoped_lock lock(mutex_);
  std::vector<Routee> routees = table_.load()->routees;
  for (const Ref& ref : refs) {
    append(routees, ref);
  }
  replace(std::move(routees));
}

void Routees::add(const Ref& ref) {
  add(std::vector<Ref>{ref});
}

void Routees::remove(const Ref& ref) {
  const std::scoped_lock lock(mutex_);
  std::vector<Routee> routees = table_.load()->routees;
  if (std::erase_if(routees, [&](const Routee& routee) { return routee.ref == ref; }) != 0) {
    replace(std::move(routees));
  }
}

void Routees::replace(std::vector<Routee> routees) {
  auto table = std::make_unique<RouteTable>();
  if (options_.virtual_nodes != 0) {
    std::vector<std::string> names;
    names.reserve(routees.size());
    for (const Routee& routee : routees) {
      names.push_back(routee.ref.uri().to_string());
    }
    table->ring = HashRing(names, options_.virtual_nodes);
  }
  table->routees = std::move(routees);
  old_.reserve(old_.size() + 1);
  old_.emplace_back(table_.exchange(table.release()));
  if (readers_.load() == 0) {
    old_.clear();
  }
}

}  // namespace spinoff::detail
