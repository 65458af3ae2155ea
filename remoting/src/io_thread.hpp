/// The loop of the thread that owns the sockets: takes what senders queued and what came in, asks
/// the protocol, does what it says, and waits when there is nothing to do.
///
/// All that is queued at the start of a round is given to the protocol before it makes frames. So a
/// lone message leaves at once, and while one round is busy, the next one's batch gathers by
/// itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <zmq.hpp>

#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/protocol.hpp>
#include <spinoff/uri.hpp>

#include "intake.hpp"
#include "reject_log.hpp"
#include "resolver.hpp"
#include "sockets.hpp"

namespace spinoff::remoting {

class IoThread {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  IoThread(zmq::context_t& context, Listening listening, Protocol protocol,
           std::shared_ptr<Intake> intake, const HubOptions& options, Listener& listener,
           HubCounters& counters);

  /// Until the intake is stopped and all is done.
  void run();

 private:
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
  void receive_frame(const zmq::message_t& frame);
  [[nodiscard]] std::optional<Credentials> credentials_for(const NodeId& peer) const;
  bool take_queued();
  bool receive();
  void receive_one(zmq::message_t& sender);
  void wait(bool poll_only);
  void poll(std::chrono::milliseconds timeout);
  void open(const NodeId& peer, Link& link, const std::string& address);
  void resolved(const Resolved& answer);

  void do_actions();
  void act(Connect& action);
  void act(Disconnect& action);
  void act(SendFrame& action);
  void act(Deliver& action);
  void act(Return& action);
  void act(NodeUp& action);
  void act(NodeDown& action);
  void act(Reject& action);

  zmq::context_t& context_;
  /// Neither of them without keys.
  const Security* const security_;
  std::optional<ZapHandler> zap_;
  zmq::socket_t router_;
  Protocol protocol_;
  std::shared_ptr<Intake> intake_;
  Resolver resolver_;
  Listener& listener_;
  HubCounters& counters_;
  RejectLog rejects_;
  const ProtocolOptions::Duration linger_;

  std::unordered_map<NodeId, Link> links_;
  std::uint64_t last_link_ = 0;
  std::size_t blocked_links_ = 0;
  Time now_;
  bool stop_seen_ = false;
  Actions actions_;
  std::vector<Outgoing> outgoing_;
  std::vector<Resolved> resolved_;
  std::vector<zmq::pollitem_t> poll_items_;
  std::vector<NodeId> poll_peers_;
};

}  // namespace spinoff::remoting
