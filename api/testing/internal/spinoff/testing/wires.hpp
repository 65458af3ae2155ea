/// All channels between the nodes of a simulation: pipes of frames in virtual time, as LinkOptions
/// describe them. A pipe takes nothing while nobody listens at its other end. What was on its way
/// to a node that has crashed may reach the one that was started after it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spinoff/remoting/carrier.hpp>
#include <spinoff/remoting/hub.hpp>
#include <spinoff/testing/network.hpp>
#include <spinoff/testing/scheduler.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::testing {

class WireEnd;
struct Channel;

class Wires {
 public:
  explicit Wires(Scheduler& scheduler) noexcept;
  Wires(const Wires&) = delete;
  Wires& operator=(const Wires&) = delete;
  ~Wires();

  /// A carrier that is connected to these. Throws remoting::BindFailed if another node that is up
  /// listens there.
  std::unique_ptr<remoting::Carrier> connect(remoting::HubOptions options,
                                             remoting::Listener& listener);
  /// Nothing comes from that node any more but what is on its way, and nothing reaches it.
  void crash(std::string_view host);

  void set_all(const LinkOptions& options);
  void set(std::string_view from, std::string_view to, const LinkOptions& options);
  void cut(std::string_view from, std::string_view to);
  void heal() { cut_.clear(); }

  // For the ends of channels.

  [[nodiscard]] Scheduler& scheduler() const noexcept { return scheduler_; }
  /// False if the channel takes nothing now; then its end is told when it does.
  bool put(const std::shared_ptr<Channel>& channel, std::string&& bytes);
  void close(Channel& channel, bool flush);

 private:
  class Arrival;
  using Way = std::pair<std::string, std::string>;

  void launch(const std::shared_ptr<Channel>& channel, std::string bytes,
              Clock::time_point arrival);
  void arrive(Channel& channel, std::string&& bytes);
  WireEnd* listening_at(const NodeId& node);
  [[nodiscard]] const LinkOptions& link(const Channel& channel) const;
  [[nodiscard]] bool is_cut(const Channel& channel) const;
  [[nodiscard]] bool happens(double probability);
  [[nodiscard]] std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);
  void note(const Channel& channel, std::string_view what) const;

  Scheduler& scheduler_;
  LinkOptions usual_;
  std::map<Way, LinkOptions> special_;
  std::set<Way> cut_;
  std::vector<std::unique_ptr<WireEnd>> ends_;  // of all nodes that there were
};

}  // namespace spinoff::testing
