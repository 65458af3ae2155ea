/// Everything that one node says to others and hears from them, behind one thread that owns all
/// sockets, and lends them to others while it sleeps (see Intake). It does what Protocol decides.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <spinoff/engine/encoded.hpp>
#include <spinoff/remoting/carrier.hpp>
#include <spinoff/remoting/mapper.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/remoting/protocol_options.hpp>
#include <spinoff/remoting/queue_limits.hpp>
#include <spinoff/remoting/reject_reason.hpp>
#include <spinoff/security.hpp>
#include <spinoff/serialization/wire.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

/// A node cannot listen where it was told to. `what()` says where, why, and what to do.
class BindFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who is told what comes. All calls are made on the I/O thread or one that does its work for a
/// moment, one after the other, with no lock held; they must not wait for anything, because nothing
/// is sent or received until they return.
class Listener {
 public:
  virtual ~Listener() = default;

  /// Items of one frame, in order; no hello and no bye. The views are gone when this returns, but
  /// for the payloads, which are parts of `frame`.
  virtual void deliver(const NodeId& from, std::span<const serialization::Item> items,
                       engine::SharedBytes& frame) noexcept = 0;
  /// It was never sent, and will not be.
  virtual void returned(Parcel parcel, const std::string& reason) noexcept = 0;
  /// A session with the node begins.
  virtual void node_up(const NodeId& node, std::uint64_t incarnation) noexcept = 0;
  /// The session with the node ended, or a node to which something was sent could not be reached.
  virtual void node_down(const NodeId& node, const std::string& reason) noexcept = 0;
  /// What waits for the node has reached the high-water mark.
  virtual void high_water(const NodeId& node, const Load& load) noexcept = 0;
  /// Input was dropped `count` times since the last call with that reason. At a limited rate.
  virtual void rejected(RejectReason reason, std::uint64_t count,
                        const std::string& detail) noexcept = 0;
};

struct HubOptions {
  /// The node id. With port 0 a free port is taken. Other nodes must reach this one by it.
  NodeId bind;
  /// Another number with each start of the node; 0: a random one.
  std::uint64_t incarnation = 0;
  ProtocolOptions protocol;
  /// Without it anybody who reaches the port may speak for any node.
  std::optional<Security> security = std::nullopt;
  /// Then others than this machine may reach the port even so.
  bool insecure = false;
  RemoteRights rights = {};
  /// The node's own name, which it claims at the mapper of its host; empty: none.
  std::string name;
  /// Where the mappers of all hosts are.
  std::uint16_t mapper_port = kMapperPort;
  /// What may wait for one node. More is not taken.
  QueueLimits queue;
  /// How many pairs of an actor here and a watcher there one other node may have here. What it
  /// wants to watch beyond that counts as stopped.
  std::size_t max_watches_per_node = 1'000'000;
  /// Each reason of rejected input is told at most this often.
  std::chrono::steady_clock::duration reject_interval = std::chrono::seconds(1);
};

/// Since the start. Each number is right, but they are not read at one instant.
struct HubCounters {
  std::atomic<std::uint64_t> frames_in{0};
  std::atomic<std::uint64_t> frames_out{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  /// Without hello and bye.
  std::atomic<std::uint64_t> items_in{0};
  std::atomic<std::uint64_t> items_out{0};
  std::atomic<std::uint64_t> returned{0};
  /// Frames of other nodes that were passed on as their relay, and answers why not.
  std::atomic<std::uint64_t> relayed{0};
  /// By RejectReason.
  std::array<std::atomic<std::uint64_t>, kRejectReasons> rejected{};
  /// How often the I/O thread woke from waiting.
  std::atomic<std::uint64_t> wakeups{0};
};

/// The carrier of real nodes.
class Hub final : public Carrier {
 public:
  /// Binds, so that `node_id` is known. Throws BindFailed.
  Hub(HubOptions options, Listener& listener);
  /// Stops it.
  ~Hub() override;

  /// With the port that was taken.
  [[nodiscard]] const NodeId& node_id() const noexcept override;
  [[nodiscard]] std::uint64_t incarnation() const noexcept;
  [[nodiscard]] const HubCounters& counters() const noexcept;

  /// Starts the I/O thread.
  void start() override;

  [[nodiscard]] std::shared_ptr<Outbox> outbox(const NodeId& to) override;
  [[nodiscard]] std::optional<Parcel> send(const NodeId& to, Parcel parcel) override;
  [[nodiscard]] std::shared_ptr<engine::InputSource> input() override;

  /// Also joins the thread. Takes about `linger` if a peer does not take what is for it, up to
  /// twice that if its connection hangs. Any thread, but a call by the listener only asks for it.
  void stop() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff::remoting
