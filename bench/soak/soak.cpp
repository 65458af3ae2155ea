#include "soak/soak.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace spinoff::soak {

namespace {

using namespace std::chrono_literals;

/// Until files and threads are as many as before.
constexpr auto kUsageLimit = 5s;
constexpr auto kCalm = 700ms;
constexpr std::uint64_t kLongestLoad = 1000;  // ms, between a fault and the count

}  // namespace

Soak::Soak(const Order& order) : order_(order), faults_(order.seed) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    nodes_.start(node);
  }
}

Result Soak::run() {
  tell(fmt::format("seed {}", order_.seed));
  bool goes_on = settle("at the start") && check_calm("at the start");
  // Once at least, however long the start took: files and threads are compared with those before.
  while (goes_on && (result_.calms < 2 || Patience::age() < order_.time.count())) {
    const Fault fault = faults_.next();
    ++result_.faults[static_cast<std::size_t>(fault.kind)];
    const std::string when = "after " + fault.describe();
    load(faults_.pause(kLongestLoad));
    strike(fault);
    const double healed = Patience::age();
    load(faults_.pause(kLongestLoad));
    goes_on = settle(when);
    if (goes_on) {
      result_.recoveries.push_back(Patience::age() - healed);
      goes_on = check_calm(when);
    }
    tell(fmt::format("{}; settled in {:.1f} s; {} messages, {} dead letters, {} lost",
                     fault.describe(), Patience::age() - healed, before_.all().handled,
                     before_.all().dead, before_.all().lost()));
    tell_wrongs();
  }
  for (std::size_t node = 0; node < kNodes && goes_on; ++node) {
    stop(node);
  }
  check_growth();
  result_.seconds = Patience::age();
  result_.messages = before_.all();
  for (std::size_t node = 0; node < kNodes; ++node) {
    result_.starts[node] = nodes_.starts(node);
  }
  return std::move(result_);
}

void Soak::load(std::chrono::milliseconds time) {
  for (Patience patience; patience.waited() < time && !is_broken();) {
    patience.nap();
  }
}

void Soak::strike(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kill:
    case FaultKind::restart:
      if (fault.kind == FaultKind::kill) {
        nodes_.kill(fault.node);
      } else {
        stop(fault.node);
      }
      load(fault.time);
      nodes_.start(fault.node);
      least_[fault.node].reset();
      result_.growth[fault.node] = {};
      break;
    case FaultKind::halt:
      nodes_.halt(fault.node);
      load(fault.time);
      nodes_.go_on(fault.node);
      break;
    case FaultKind::hold:
    case FaultKind::cut:
      set_links(fault, fault.kind == FaultKind::hold ? LinkState::held : LinkState::cut);
      load(fault.time);
      set_links(fault, LinkState::open);
      break;
    case FaultKind::reset:
      for (const auto& [from, to] : fault.links) {
        links_.reset(from, to);
      }
      break;
  }
}

void Soak::set_links(const Fault& fault, LinkState state) {
  for (const auto& [from, to] : fault.links) {
    links_.set(from, to, state);
  }
}

void Soak::stop(std::size_t node) {
  const double begin = Patience::age();
  const auto status = nodes_.stop(node);
  result_.stops.push_back(Patience::age() - begin);
  if (!status) {
    ledger_->wrong(fmt::format("node {} did not stop in time", name_of(node)));
  } else if (*status != 0) {
    ledger_->wrong(fmt::format("node {} stopped with exit status {}", name_of(node), *status));
  }
}

bool Soak::settle(const std::string& when) {
  ++ledger_->round;
  ledger_->paused = true;
  std::string what = missing(*ledger_);
  for (Patience patience; !what.empty() && !is_broken(); what = missing(*ledger_)) {
    patience.nap();
    if (patience.waited() > order_.patience) {
      ledger_->wrong(fmt::format("{}: {} after {:.0f} s", when, what, patience.seconds()));
      return false;
    }
  }
  if (is_broken()) {
    return false;
  }
  const Snapshot now(*ledger_, nodes_);
  some_ended_ = compare(*ledger_, before_, now, when);
  before_ = now;
  return true;
}

void Soak::resume() {
  ledger_->paused = false;
}

bool Soak::check_calm(const std::string& when) {
  resume();
  load(kCalm);
  if (!settle("in the calm " + when)) {
    return false;
  }
  ++result_.calms;
  result_.disturbed += some_ended_ ? 1 : 0;
  for (std::size_t node = 0; node < kNodes; ++node) {
    check_usage(node, when);
  }
  resume();
  return true;
}

void Soak::check_usage(std::size_t node, const std::string& when) {
  auto usage = nodes_.usage(node);
  auto& least = least_[node];
  const auto is_more = [&] {
    return usage && least && (usage->files > least->files || usage->threads > least->threads);
  };
  for (Patience patience; is_more() && patience.waited() < kUsageLimit;) {
    patience.nap();
    usage = nodes_.usage(node);
  }
  if (!usage) {
    return;  // it has ended, which others say
  }
  if (is_more()) {
    ledger_->wrong(fmt::format("{}: node {} has {} files open and {} threads, and had {} and {}",
                               when, name_of(node), usage->files, usage->threads, least->files,
                               least->threads));
  }
  least = Usage{.rss_kib = usage->rss_kib,
                .files = least ? std::min(least->files, usage->files) : usage->files,
                .threads = least ? std::min(least->threads, usage->threads) : usage->threads};
  result_.usage[node] = *usage;
  result_.growth[node].add(nodes_.seconds_since_start(node), usage->rss_kib);
}

void Soak::check_growth() {
  for (std::size_t node = 0; node < kNodes; ++node) {
    const Growth& growth = result_.growth[node];
    const auto slope = growth.kib_per_minute();
    if (slope && *slope > growth.bound()) {
      ledger_->wrong(fmt::format(
          "the memory of node {} grew by {:.0f} KiB a minute over {:.1f} minutes; {:.0f} is too "
          "much",
          name_of(node), *slope, growth.minutes(), growth.bound()));
    }
  }
}

void Soak::tell_wrongs() {
  const std::vector<std::string> all = ledger_->all_wrong();
  for (; told_ < all.size(); ++told_) {
    tell("WRONG: " + all[told_]);
  }
}

bool Soak::is_broken() {
  if (const auto ended = nodes_.ended_by_itself()) {
    ledger_->wrong(fmt::format("node {} ended by itself, with status {}", name_of(ended->node),
                               ended->status));
    is_broken_ = true;
  }
  return is_broken_;
}

void Soak::tell(const std::string& line) const {
  if (!order_.json) {
    fmt::print("{:7.1f} s  {}\n", Patience::age(), line);
    std::fflush(stdout);
  }
}

}  // namespace spinoff::soak
