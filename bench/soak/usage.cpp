#include "soak/usage.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace spinoff::soak {

namespace {

std::optional<std::size_t> entries(const std::string& folder) {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator one(folder, error), end; !error && one != end;
       one.increment(error)) {
    ++count;
  }
  return error ? std::nullopt : std::optional(count);
}

}  // namespace

std::optional<Usage> usage_of(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  const auto files = entries(folder + "/fd");
  const auto threads = entries(folder + "/task");
  std::ifstream status(folder + "/status");
  for (std::string word; files && threads && status >> word;) {
    if (word == "VmRSS:") {
      Usage usage{.files = *files, .threads = *threads};
      status >> usage.rss_kib;
      return usage;
    }
  }
  return std::nullopt;
}

std::vector<Growth::Sample> Growth::counted() const {
  if (samples_.empty()) {
    return {};
  }
  const double all = samples_.back().seconds - samples_.front().seconds;
  const double begin = samples_.front().seconds + std::max(kWarmUpSeconds, all / 4);
  std::vector<Sample> counted;
  std::ranges::copy_if(samples_, std::back_inserter(counted),
                       [begin](const Sample& one) { return one.seconds >= begin; });
  return counted;
}

double Growth::minutes() const {
  const std::vector<Sample> all = counted();
  return all.empty() ? 0 : (all.back().seconds - all.front().seconds) / 60;
}

std::optional<double> Growth::kib_per_minute() const {
  const std::vector<Sample> all = counted();
  if (all.size() < kLeastSamples || minutes() * 60 < kLeastSeconds) {
    return std::nullopt;
  }
  const auto count = static_cast<double>(all.size());
  double time = 0;
  double kib = 0;
  for (const Sample& one : all) {
    time += one.seconds / count;
    kib += one.kib / count;
  }
  double above = 0;
  double below = 0;
  for (const Sample& one : all) {
    above += (one.seconds - time) * (one.kib - kib);
    below += (one.seconds - time) * (one.seconds - time);
  }
  return 60 * above / below;
}

}  // namespace spinoff::soak
