/// A node's end of all its channels: what its hub asks for, and what comes for it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <spinoff/remoting/stepped_hub.hpp>
#include <spinoff/testing/wires.hpp>

namespace spinoff::testing {

/// One way, from its end to whoever listens at `to`.
struct Channel {
  WireEnd* from;
  NodeId to;
  Clock::time_point last_arrival{};
  /// When the last byte that was put in has left.
  Clock::time_point free_at{};
  std::size_t in_flight = 0;
  /// It has refused a frame, and its end waits to hear that it takes some again.
  bool is_blocked = false;
  bool is_open = true;
  /// What is in it is lost.
  bool is_dropped = false;
};

class WireEnd final : public remoting::SteppedHub::Owner {
 public:
  WireEnd(Wires& wires, remoting::HubOptions options, remoting::Listener& listener);
  WireEnd(const WireEnd&) = delete;
  WireEnd& operator=(const WireEnd&) = delete;
  ~WireEnd() override;

  [[nodiscard]] const NodeId& node() const noexcept { return node_; }
  [[nodiscard]] bool is_up() const noexcept { return hub_ != nullptr && !hub_->has_stopped(); }
  /// Good until `end`.
  remoting::SteppedHub& hub() noexcept { return *hub_; }
  /// Its node is gone, and its transport with it.
  void end() { hub_.reset(); }
  /// Its process is gone.
  void crash();

  void receive(std::string&& bytes);
  /// The channel to that peer takes frames again.
  void has_room(const NodeId& peer);
  /// The same, if it waits for that.
  void has_room_if_blocked(const NodeId& peer);

  // For the hub.

  [[nodiscard]] remoting::Protocol::Time now() const override { return wires_.scheduler().now(); }
  void wake() override;
  void open(const NodeId& peer) override;
  void close(const NodeId& peer, bool flush) override;
  bool put(const NodeId& peer, std::string&& bytes) override;
  void wait_for_stop() override;

 private:
  class Tick;

  void later(std::function<void()> work) const;
  void round();
  void start_tick();

  Wires& wires_;
  const NodeId node_;
  Tick* const tick_;
  Clock::time_point tick_due_ = Clock::time_point::max();
  bool woken_ = false;
  std::map<NodeId, std::shared_ptr<Channel>> channels_;
  std::unique_ptr<remoting::SteppedHub> hub_;
};

}  // namespace spinoff::testing
