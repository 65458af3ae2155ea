#include "soak/faults.hpp"

#include <fmt/format.h>

#include "soak/ledger.hpp"
#include "soak/node_process.hpp"

namespace spinoff::soak {

namespace {

using LinkPairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::string words(const LinkPairs& links) {
  std::string text;
  for (const auto& [from, to] : links) {
    text += fmt::format("{}{}->{}", text.empty() ? "" : ", ", name_of(from), name_of(to));
  }
  return text;
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

}  // namespace

std::string Fault::describe() const {
  switch (kind) {
    case FaultKind::kill:
      return fmt::format("{} killed, started after {}", name_of(node), seconds(time));
    case FaultKind::restart:
      return fmt::format("{} stopped, started after {}", name_of(node), seconds(time));
    case FaultKind::halt:
      return fmt::format("{} halted for {}", name_of(node), seconds(time));
    case FaultKind::hold:
      return fmt::format("{} held for {}", words(links), seconds(time));
    case FaultKind::cut:
      return fmt::format("{} cut for {}", words(links), seconds(time));
    case FaultKind::reset:
      return fmt::format("{} reset", words(links));
  }
  return {};
}

std::chrono::milliseconds Faults::some_time() {
  const auto silence = static_cast<std::uint64_t>(kSilence.count());
  const auto wait = static_cast<std::uint64_t>(kUnreachableAfter.count());
  switch (choose(4)) {
    case 0:
    case 1:
      return std::chrono::milliseconds(100 + choose(silence * 2 / 3));
    case 2:
      return std::chrono::milliseconds(silence * 5 / 4 + choose(silence));
    default:
      return std::chrono::milliseconds(silence + wait + choose(silence));
  }
}

Fault Faults::next() {
  Fault fault{.kind = static_cast<FaultKind>(choose(kFaultKinds.size())),
              .node = choose(kNodes),
              .links = {},
              .time = some_time()};
  switch (fault.kind) {
    case FaultKind::kill:
    case FaultKind::restart:
      fault.node = 1 + choose(kNodes - 1);
      if (choose(2) == 0) {
        fault.time = std::chrono::milliseconds(choose(100));  // before others notice
      }
      break;
    case FaultKind::halt:
      break;
    case FaultKind::hold:
    case FaultKind::cut:
    case FaultKind::reset: {
      const std::size_t one = (fault.node + 1) % kNodes;
      const std::size_t other = (fault.node + 2) % kNodes;
      fault.links = {{fault.node, one}};
      if (choose(3) != 0) {
        fault.links.emplace_back(one, fault.node);
      }
      if (choose(2) == 0) {
        fault.links.insert(fault.links.end(), {{fault.node, other}, {other, fault.node}});
      }
      break;
    }
  }
  return fault;
}

}  // namespace spinoff::soak
