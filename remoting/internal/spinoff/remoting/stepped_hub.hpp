/// A hub without threads and sockets: whoever owns it says when it does something and what time it
/// is, and carries its frames.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <spinoff/remoting/carrier.hpp>
#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/protocol.hpp>

namespace spinoff::remoting {

/// All of it is for one thread.
class SteppedHub final : public Carrier {
 public:
  /// What is done for it, as Connect, Disconnect and SendFrame say.
  class Owner {
   public:
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    virtual ~Owner() = default;

    [[nodiscard]] virtual Protocol::Time now() const = 0;
    /// There is something to do: call `round` soon, but not here.
    virtual void wake() = 0;
    virtual void open(const NodeId& peer) = 0;
    virtual void close(const NodeId& peer, bool flush) = 0;
    /// False if the channel has no room, or there is none; then call `writable` when it has.
    virtual bool put(const NodeId& peer, std::string&& bytes) = 0;
    /// Returns when the hub has stopped.
    virtual void wait_for_stop() = 0;
  };

  /// Listens at `options.bind` as it is. `listener` and `owner` have to outlive it.
  SteppedHub(HubOptions options, Listener& listener, Owner& owner);
  ~SteppedHub() override;

  [[nodiscard]] const NodeId& node_id() const noexcept override;
  void start() override;
  [[nodiscard]] std::shared_ptr<Outbox> outbox(const NodeId& to) override;
  [[nodiscard]] std::optional<Parcel> send(const NodeId& to, Parcel parcel) override;
  void stop() override;

  // For the owner.

  void round();
  /// A frame has come.
  void receive(std::string bytes);
  void writable(const NodeId& peer);
  /// When `round` is to be called, if nothing happens before; `time_point::max()`: never.
  [[nodiscard]] Protocol::Time next_due() const noexcept;
  [[nodiscard]] bool has_stopped() const noexcept;
  /// From now on it does nothing, not even for what it has: its process is gone.
  void abandon() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff::remoting
