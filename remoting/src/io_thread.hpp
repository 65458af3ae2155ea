/// The thread that owns the sockets: it receives, does what the loop of a hub does, and waits when
/// there is nothing to do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <poll.h>
#include <zmq.hpp>

#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/protocol.hpp>
#include <spinoff/uri.hpp>

#include "hub_loop.hpp"
#include "resolver.hpp"
#include "sockets.hpp"

namespace spinoff::remoting {

class IoThread final : private HubLoop, private Attendant {
 public:
  using Clock = std::chrono::steady_clock;

  IoThread(zmq::context_t& context, Listening listening, Protocol protocol,
           std::shared_ptr<Intake> intake, Outboxes& outboxes, BufferPool& buffers,
           const HubOptions& options, Listener& listener, HubCounters& counters);

  /// Until the intake is stopped and all is done.
  void run();

 private:
  struct ReceivedFrame;
  /// The channel to one peer.
  struct Link {
    std::uint64_t number = 0;
    /// Empty while the host name is looked up, and if that or connecting failed.
    zmq::socket_t socket;
    bool looking_up = false;
    /// It refused a frame, and the protocol waits to hear that it has room.
    bool blocked = false;
  };

  void round();
  void answer_zap();
  void receive_frame(ReceivedFrame& frame);
  [[nodiscard]] std::optional<Credentials> credentials_for(const NodeId& peer) const;
  int receive();
  void receive_one(zmq::message_t& sender);
  void wait(bool poll_only);
  bool gathers();
  void sleep(Time::duration time);
  [[nodiscard]] bool has_input();
  void poll_links(Time::duration time);
  void connect(const NodeId& peer, Link& link, const std::string& address);

  Done send_at_once(Outbox& outbox) noexcept override;
  Done take_input() noexcept override;
  template <class Act>
  Done attend(const Act& act) noexcept;

  void open(const NodeId& peer) override;
  void close(const NodeId& peer, bool flush) override;
  bool put(const NodeId& peer, serialization::FrameBytes&& bytes) override;
  void resolved(const Resolved& answer) override;

  zmq::context_t& context_;
  /// Neither of them without keys.
  const Security* const security_;
  std::optional<ZapHandler> zap_;
  zmq::socket_t router_;
  Resolver resolver_;
  const std::size_t batch_bytes_;
  const ProtocolOptions::Duration linger_;
  /// What wakes it: the intake, keys to be looked at, input.
  std::array<pollfd, 3> descriptors_;

  std::unordered_map<NodeId, Link> links_;
  std::uint64_t last_link_ = 0;
  std::size_t blocked_links_ = 0;
  std::vector<zmq::pollitem_t> poll_items_;
  std::vector<NodeId> poll_peers_;
};

}  // namespace spinoff::remoting
