/// Everything that one node says to others and hears from them, behind one thread that owns all
/// sockets. It does what Protocol decides.
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

#include <spinoff/remoting/mapper.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/remoting/protocol_options.hpp>
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

/// Who is told what comes. All calls are made on the I/O thread, with no lock held; they must not
/// wait for anything, because nothing is sent or received until they return.
class Listener {
 public:
  virtual ~Listener() = default;

  /// Items of one frame, in order; no hello and no bye. The views are gone when this returns.
  virtual void deliver(const NodeId& from, std::span<const serialization::Item> items) noexcept = 0;
  /// It was never sent, and will not be.
  virtual void returned(Parcel parcel, const std::string& reason) noexcept = 0;
  /// A session with the node begins.
  virtual void node_up(const NodeId& node, std::uint64_t incarnation) noexcept = 0;
  /// The session with the node ended, or a node to which something was sent could not be reached.
  virtual void node_down(const NodeId& node, const std::string& reason) noexcept = 0;
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
  /// What senders may have queued while the I/O thread is busy. More is not taken, but for what
  /// must go (Parcel::must_go).
  std::size_t max_intake_bytes = std::size_t{512} << 20U;
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
  /// By RejectReason.
  std::array<std::atomic<std::uint64_t>, kRejectReasons> rejected{};
  /// How often the I/O thread woke from waiting.
  std::atomic<std::uint64_t> wakeups{0};
};

class Hub {
 public:
  /// Binds, so that `node_id` is known; hears and says nothing before `start`. Throws BindFailed.
  Hub(HubOptions options, Listener& listener);
  /// Stops it.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// With the port that was taken.
  [[nodiscard]] const NodeId& node_id() const noexcept;
  [[nodiscard]] std::uint64_t incarnation() const noexcept;
  [[nodiscard]] const HubCounters& counters() const noexcept;

  /// Starts the I/O thread. Call it once.
  void start();

  /// Queues the parcel for that node; any thread. Each parcel is sent, or comes back by
  /// Listener::returned, or is given back right here: after `stop`, and when too much is queued (of
  /// what must go: only after `stop`).
  /// Parcels from one thread to one node are sent in order.
  [[nodiscard]] std::optional<Parcel> send(NodeId to, Parcel parcel);

  /// Sends what was queued, tells the peers, returns what could not be sent, and joins the thread.
  /// Takes about `linger` if a peer does not take what is for it, up to twice that if its
  /// connection hangs. Any thread, any number of times; each call returns when all is done, but a
  /// call on the I/O thread only asks for it.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff::remoting
