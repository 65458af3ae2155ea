#include <algorithm>
#include <utility>

#include "savina/workload.hpp"

namespace spinoff::bench {

namespace {

std::vector<Workload>& registered() {
  static std::vector<Workload> all;
  return all;
}

}  // namespace

Registration::Registration(Workload workload) {
  std::vector<Workload>& all = registered();
  const auto place =
      std::upper_bound(all.begin(), all.end(), workload,
                       [](const Workload& a, const Workload& b) { return a.name < b.name; });
  all.insert(place, std::move(workload));
}

const std::vector<Workload>& workloads() {
  return registered();
}

}  // namespace spinoff::bench
