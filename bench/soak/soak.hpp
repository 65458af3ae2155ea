/// The whole of it: load, faults, and a look at everything after each.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "soak/audit.hpp"
#include "soak/faults.hpp"
#include "soak/ledger.hpp"
#include "soak/links.hpp"
#include "soak/nodes.hpp"
#include "soak/options.hpp"
#include "soak/patience.hpp"
#include "soak/usage.hpp"

namespace spinoff::soak {

/// What is told at the end.
struct Result {
  double seconds = 0;
  std::array<std::uint64_t, kFaultKinds.size()> faults{};
  /// How often all was counted in the middle of calm, and how often a session ended just then, as
  /// happens on a machine that is busy.
  std::uint64_t calms = 0;
  std::uint64_t disturbed = 0;
  /// From the end of each fault until all had heard of all, in seconds.
  std::vector<double> recoveries;
  /// From SIGTERM to the end of a node, in seconds.
  std::vector<double> stops;
  Fates messages;
  std::array<Growth, kNodes> growth;
  std::array<Usage, kNodes> usage{};
  std::array<std::uint32_t, kNodes> starts{};
};

class Soak {
 public:
  /// Throws std::exception if it cannot begin.
  explicit Soak(const Order& order);
  /// All that does not hold is in the ledger.
  Result run();
  [[nodiscard]] const Ledger& ledger() const { return *ledger_; }

 private:
  void load(std::chrono::milliseconds time);
  void strike(const Fault& fault);
  void set_links(const Fault& fault, LinkState state);
  void stop(std::size_t node);
  /// Pauses the load, waits until nothing is on its way, and takes stock. Gives false, and has said
  /// what is wrong, if that takes too long or a node has ended.
  bool settle(const std::string& when);
  void resume();
  bool check_calm(const std::string& when);
  void check_usage(std::size_t node, const std::string& when);
  void check_growth();
  [[nodiscard]] bool is_broken();
  void tell(const std::string& line) const;
  /// What is new.
  void tell_wrongs();

  const Order& order_;
  SharedLedger ledger_;
  const std::array<std::uint16_t, kNodes> ports_ = choose_ports();
  Links links_{ports_};
  Nodes nodes_{order_, ledger_, links_, ports_};
  Faults faults_;
  Snapshot before_;
  /// Any session, between the last two times that all was counted.
  bool some_ended_ = false;
  bool is_broken_ = false;
  std::size_t told_ = 0;
  /// Of each node's present start, the least that was seen in calm.
  std::array<std::optional<Usage>, kNodes> least_;
  Result result_;
};

}  // namespace spinoff::soak
