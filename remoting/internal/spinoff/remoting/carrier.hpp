/// What carries parcels to other nodes: the seam between what a node says and how that gets there.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <spinoff/engine/input_source.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

class Listener;
class Outbox;
struct HubOptions;

class Carrier {
 public:
  Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  virtual ~Carrier() = default;

  /// By which other nodes reach this one.
  [[nodiscard]] virtual const NodeId& node_id() const noexcept = 0;

  /// Hears and says nothing before. Call it once.
  virtual void start() = 0;

  /// Where messages for that node are written; any thread.
  [[nodiscard]] virtual std::shared_ptr<Outbox> outbox(const NodeId& to) = 0;

  /// Queues the parcel for that node; any thread. Each parcel is sent, or comes back by
  /// Listener::returned, or is given back right here: after `stop`, and when too much is queued (of
  /// what must go: only after `stop`).
  /// Parcels from one thread to one node are sent in order.
  [[nodiscard]] virtual std::optional<Parcel> send(const NodeId& to, Parcel parcel) = 0;

  /// By which threads with nothing to do hear what other nodes say; null: by its own ones only.
  [[nodiscard]] virtual std::shared_ptr<engine::InputSource> input() { return nullptr; }

  /// Sends what was queued, tells the peers, and returns what could not be sent. Any number of
  /// times; each call returns when all is done.
  virtual void stop() = 0;
};

/// Throws BindFailed.
using MakeCarrier =
    std::function<std::unique_ptr<Carrier>(const HubOptions& options, Listener& listener)>;

}  // namespace spinoff::remoting
