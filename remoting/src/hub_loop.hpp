/// What a hub does again and again, whatever carries its frames: takes what senders queued, asks
/// the protocol, and does what it says. Its rounds, its time and the channels to peers are the
/// business of who derives from it.
///
/// All that is queued at the start of a round is given to the protocol before it makes frames. So a
/// lone message leaves at once, and while one round is busy, the next one's batch gathers by
/// itself.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <spinoff/engine/encoded.hpp>
#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/protocol.hpp>
#include <spinoff/uri.hpp>

#include "buffer_pool.hpp"
#include "intake.hpp"
#include "outboxes.hpp"
#include "reject_log.hpp"

namespace spinoff::remoting {

class HubLoop {
 public:
  using Time = Protocol::Time;

  HubLoop(const HubLoop&) = delete;
  HubLoop& operator=(const HubLoop&) = delete;

 protected:
  HubLoop(Protocol protocol, std::shared_ptr<Intake> intake, Outboxes& outboxes,
          BufferPool& buffers, const HubOptions& options, Listener& listener,
          HubCounters& counters);
  ~HubLoop() = default;

  /// A channel to the peer. If there is one, it has failed: try again.
  virtual void open(const NodeId& peer) = 0;
  /// What is still in it is dropped unless `flush`.
  virtual void close(const NodeId& peer, bool flush) = 0;
  /// Puts a frame into the channel, and leaves the bytes as they are if it has no use for their
  /// memory. False if it has no room, or there is none; then they are as they were, and the
  /// protocol is to be told when it has.
  virtual bool put(const NodeId& peer, serialization::FrameBytes&& bytes) = 0;
  /// A host name was looked up for `open`.
  virtual void resolved(const Resolved& /*answer*/) {}

  // Each of these does what follows from it.

  /// Once, before all others.
  void begin();
  /// True if there was anything.
  bool take_queued();
  /// The same of one outbox by a thread that has just sent something by it: nothing is done but to
  /// put frames into channels. False if anything else is to be done, which is left to `do_actions`.
  bool take_at_once(Outbox& outbox);
  /// Parts of `holder` may be held after this.
  void take_frame(std::string_view bytes, const Speaker& speaker, engine::SharedBytes& holder);
  void tick_if_due();
  void reject(Reject reject);
  void do_actions();

  /// When the next tick is due, or something may be told that was held back.
  [[nodiscard]] Time next_due() const noexcept {
    return std::min(protocol_.next_wakeup(), rejects_.next_due());
  }

  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t count) noexcept {
    counter.fetch_add(count, std::memory_order_relaxed);
  }

  Time now_;
  Protocol protocol_;
  const std::shared_ptr<Intake> intake_;
  BufferPool& buffers_;
  HubCounters& counters_;
  RejectLog rejects_;
  bool stop_seen_ = false;
  /// By the last `take_queued`.
  std::size_t taken_bytes_ = 0;
  Actions actions_;

 private:
  void take(Outbox& outbox);
  SendFrame& own_part(SendFrame& frame);
  void count_as_left(Parcel& parcel);
  void tell_outboxes();
  void act(Connect& action);
  void act(Disconnect& action);
  void act(SendFrame& action);
  void act(Deliver& action);
  void act(Return& action);
  void act(NodeUp& action);
  void act(NodeDown& action);
  void act(Reject& action);

  Outboxes& outboxes_;
  Listener& listener_;
  /// Of the peers that the protocol deals with.
  std::unordered_map<NodeId, std::shared_ptr<Outbox>> peers_;
  /// What is being read.
  engine::SharedBytes* holder_ = nullptr;
  std::vector<std::shared_ptr<Outbox>> ready_;
  std::vector<Parcel> parcels_;
  std::vector<Resolved> resolved_;
  struct Left {
    std::shared_ptr<Outbox> outbox;
    Load load;
  };
  /// What was sent or returned, and the outboxes are to be told.
  std::vector<Left> left_;
  /// High-water marks that were reached, and the listener is to be told.
  std::vector<Left> high_;
};

}  // namespace spinoff::remoting
