/// What a node does with other nodes, as a pure state machine: events and the time go in, actions
/// come out. It has no socket, clock, thread or randomness.
///
/// The story. Each node listens at its node id, and opens one channel to each peer to send; a
/// frame's answer comes by the peer's own channel. A *session* is a stretch in which everything
/// that two nodes say to each other arrives, in order. It has a name at each end: which start of
/// the node (its incarnation) and a number that grows with each session that it tries. Every frame
/// carries both names, as far as known:
///
///   connecting  On the first send to a node, or the first frame from it, open a channel and say
///               hello once a heartbeat. What is to be sent waits. A frame that names our end
///               proves that the peer has heard us:
///   up          Waiting parcels go out, in order, batched. A peer of whom nothing is heard for
///               `silence` is down; so that it does not come to that, whoever has nothing to say
///               sends an empty frame each heartbeat.
///   (none)      After `unreachable` without an answer, after silence or a bye, waiting parcels are
///               returned and the peer is forgotten. The next send, or the next frame from it,
///               begins anew.
///
/// Both ends agree on what a session was. Items are only taken from frames that name both ends as
/// they are now. So what was queued for an earlier start of a node never reaches its successor, and
/// if one end gives up a session, its next frame names a new one, and the other end also sees it
/// end (down, then up). Frames count the items that went before them. If some got lost, because a
/// connection broke and ZeroMQ made a new one, the receiver ends the session. So inside a session
/// there is no gap, and at the end of one both sides are told.
///
/// Old frames may come late, from an old connection. Of the same start, an older session's number
/// gives them away; of an earlier start, that it is remembered as retired. As the memory could be
/// wrong about which of two starts is the earlier one, a retired start that names our present
/// session is alive after all (our number is new with each start that we hear of), unless it said
/// bye.
///
/// A message that is large goes in parts, each in a frame of its own, and takes turns with what
/// else there is to say (see Lanes), as far as the other end takes parts. There it is put together
/// (Assembly), and counts as an item that came with its last part.
///
/// One frame at a time is given to a channel, and the next one after it was taken. A channel that
/// refuses keeps its own parcels waiting and nobody else's.
///
/// Anybody can send a frame with a made-up sender, and each makes a peer to be called back. Such
/// strangers are few at once, and the oldest of them makes room when this node wants to reach
/// somebody itself.
///
/// Two nodes that cannot reach each other directly talk by a third one: relay_ways.hpp has that
/// story.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <spinoff/remoting/actions.hpp>
#include <spinoff/remoting/peer.hpp>
#include <spinoff/remoting/protocol_options.hpp>
#include <spinoff/remoting/retired.hpp>
#include <spinoff/remoting/speaker.hpp>
#include <spinoff/serialization/wire.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

class Protocol {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `incarnation` is not 0, and another one with each start of the node.
  Protocol(NodeId self, std::uint64_t incarnation, ProtocolOptions options);

  /// Begins to connect with the relays.
  void start(Time now, Actions& actions);

  /// Queues the parcel. What comes until `flush` is batched.
  void send(const NodeId& to, Parcel parcel, Time now, Actions& actions);
  /// Sends what was queued, as far as channels have room.
  void flush(Time now, Actions& actions);

  /// The answers to SendFrame.
  void sent(const SendFrame& frame, Time now, Actions& actions);
  void refused(SendFrame frame, Time now, Actions& actions);
  /// A channel that refused a frame has room again.
  void writable(const NodeId& peer, Time now, Actions& actions);
  /// Memory for the next frame.
  void lend(std::string buffer) noexcept { spare_ = std::move(buffer); }
  /// What stands in the way of a channel; empty: nothing any more.
  void trouble(const NodeId& peer, std::string what);

  /// One frame that came in, whoever it is from; `speaker` may only say to be the node of its key.
  /// `bytes` must outlive the actions.
  void frame(std::string_view bytes, Time now, Actions& actions, const Speaker& speaker = {});

  /// Due at `next_wakeup`; before that it does no harm.
  void tick(Time now, Actions& actions);
  /// Time::max() if nothing is due.
  [[nodiscard]] Time next_wakeup() const noexcept { return next_wakeup_; }

  /// Sends what waits, says bye, and takes nothing more. Go on until `stopped`.
  void stop(Time now, Actions& actions);
  [[nodiscard]] bool stopped() const noexcept { return stopping_ && peers_.empty(); }

  [[nodiscard]] const NodeId& self() const noexcept { return self_; }
  [[nodiscard]] std::size_t peers() const noexcept { return peers_.size(); }
  /// Those of them that are neither up nor tried for our own sake.
  [[nodiscard]] std::size_t strangers() const noexcept { return strangers_; }
  [[nodiscard]] bool is_up(const NodeId& peer) const;

 private:
  enum class After : std::uint8_t { forget, begin_anew };
  enum class News : std::uint8_t { no, yes, stale };
  /// How a frame came.
  struct Arrival {
    const Speaker& speaker;
    /// Who passed it on, and whom it says to be from; null: it came directly.
    const NodeId* relay = nullptr;
    const NodeId* origin = nullptr;
  };

  Peer* find(const NodeId& id);
  Peer& create(const NodeId& id, Time now, Actions& actions);
  void begin_session(Peer& peer, Time now);
  void begin_anew(Peer& peer, Time now, Actions& actions);
  void end_session(Peer& peer, const std::string& reason, After after, Time now, Actions& actions);
  void erase(Peer& peer, bool flush, Time now, Actions& actions);
  void count_stranger(Peer& peer) noexcept;
  void push_out_a_stranger(Time now, Actions& actions);

  void frame(std::string_view bytes, const Arrival& arrival, Time now, Actions& actions);
  bool accept_sender(const serialization::Frame& frame, NodeId& from, const Arrival& arrival,
                     Actions& actions) const;
  void frame_from(const NodeId& from, serialization::Frame& frame, const Arrival& arrival, Time now,
                  Actions& actions);
  [[nodiscard]] bool names_us(const Peer& peer, const serialization::Frame& frame) const noexcept;
  [[nodiscard]] bool has_room_for(const NodeId& from, Actions& actions) const;
  News note_their_session(Peer& peer, serialization::SessionId theirs, Time now, Actions& actions);
  void come_up(Peer& peer, Time now, Actions& actions);
  void return_too_large(Peer& peer, Actions& actions);
  void take_items(Peer& peer, serialization::Frame& frame, const Arrival& arrival, Time now,
                  Actions& actions);
  void apply_aliases(Peer& peer, std::vector<serialization::Item>& items, Actions& actions);
  void take_parts(Peer& peer, const std::vector<serialization::Item>& items,
                  const std::vector<serialization::Part>& parts, Actions& actions);
  void bye(const NodeId& from, Peer* peer, serialization::Frame& frame, Time now, Actions& actions);
  void bye(const NodeId& from, Peer* peer, serialization::Frame& frame, const Arrival& arrival,
           Time now, Actions& actions);
  void foreign(const serialization::FrameError& error, const Speaker& speaker, Time now,
               Actions& actions);

  std::vector<Peer*> all_peers();
  void tick(Peer& peer, Time now, Actions& actions);
  void give_up(Time now, Actions& actions);
  void schedule(Time when) noexcept;
  void pump(Peer& peer, Time now, Actions& actions);
  void say_hello(Peer& peer);
  void emit(Peer& peer, SendFrame::Kind kind, Time now, Actions& actions);
  void load(Peer& peer, serialization::FrameBuilder& frame, SendFrame& action);
  static void put_together(serialization::FrameBuilder& frame, std::size_t size, std::size_t items,
                           SendFrame& action);
  static void take_apart(SendFrame& frame);
  void load_from_lanes(Peer& peer, serialization::FrameBuilder& frame, SendFrame& action);
  void put_back(Peer& peer, SendFrame& frame);
  SendFrame make_frame(Peer& peer, SendFrame::Kind kind);
  void went(Peer& peer, const SendFrame& frame, Time now, Actions& actions);
  static void return_late(SendFrame frame, Actions& actions);
  void take_back(Peer& peer, SendFrame& frame);

  // By which ways: protocol_ways.cpp.
  void pump_ways(Peer& peer, Time now, Actions& actions);
  void pump_directly(Peer& peer, Time now, Actions& actions);
  void say_aside(Peer& peer, SendFrame::Kind kind, Actions& actions);
  [[nodiscard]] bool may_use_relays(const Peer& peer) const noexcept;
  Peer* relay_for(const Peer& peer, const NodeId& relay);
  Peer* next_relay(Peer& peer);
  Peer* relay_for_hello(Peer& peer);
  void begin_way(Peer& peer);
  void probe_ways(Peer& peer);
  void beat_ways(Peer& peer, Time now);
  void change_way(Peer& peer, RelayWays::Kind kind, const NodeId& relay, Time now,
                  Actions& actions);
  void lose_way(Peer& peer, Time now, Actions& actions);
  void heard_by_relay(Peer& peer, const NodeId& relay);
  void take_aside(Peer& peer, const serialization::Frame& frame, const Arrival& arrival, Time now,
                  Actions& actions);
  void take_probe(Peer& peer, const serialization::Frame& frame, std::uint64_t number,
                  const Arrival& arrival);
  void take_answer(Peer& peer, std::uint64_t number, std::uint64_t received, Time now,
                   Actions& actions);
  void answer_probe(Peer& peer);
  [[nodiscard]] bool is_quiet(const Peer& peer, Time now) const noexcept;
  [[nodiscard]] std::string trouble_with(const Peer& peer);

  // By relays: protocol_relay.cpp.
  void pump_by_relay(Peer& peer, Time now, Actions& actions);
  void hand_over(Peer& peer, Peer& relay, SendFrame::Kind kind, Time now, Actions& actions);
  static void load_carried(Peer& peer, serialization::FrameBuilder& frame, SendFrame& action);
  void sent_by_relay(const SendFrame& frame, Time now, Actions& actions);
  void come_back(const NodeId& to, std::deque<Carried> all, Actions& actions);
  void came_back(SendFrame own, Actions& actions);
  void withdraw(Peer& peer);
  void carry(Peer& to, Carried carried, Time now, Actions& actions);
  void drop_carried(Peer& peer, Time now, Actions& actions);
  [[nodiscard]] bool is_needed(const Peer& relay) const;
  void take_relay_items(Peer& peer, const std::vector<serialization::Item>& items,
                        const Arrival& arrival, Time now, Actions& actions);
  void pass_on(Peer& origin, const serialization::Item& item, Time now, Actions& actions);
  void take_relayed(const NodeId& relay, const serialization::Item& item, const Arrival& arrival,
                    Time now, Actions& actions);
  void not_relayed(const NodeId& relay, const serialization::Item& item, Time now,
                   Actions& actions);
  static std::size_t frame_overhead(const std::string& self, const ProtocolOptions& options);
  [[nodiscard]] std::size_t max_item_bytes(const Peer* peer) const noexcept;
  [[nodiscard]] std::size_t max_message_bytes(const Peer* peer) const noexcept;
  [[nodiscard]] std::size_t part_bytes(const Peer& peer) const noexcept;
  [[nodiscard]] std::string too_large(const Peer* peer, const Parcel& parcel) const;
  [[nodiscard]] std::string why_not(const NodeId& to, const Peer* peer, const Parcel& parcel) const;

  NodeId self_;
  std::string self_text_;
  std::uint64_t incarnation_;
  ProtocolOptions options_;
  std::size_t frame_overhead_ = 0;
  std::uint64_t last_session_ = 0;
  std::unordered_map<NodeId, Peer> peers_;
  std::size_t strangers_ = 0;
  std::vector<Peer*> dirty_;
  std::string spare_;
  Retired retired_;
  bool stopping_ = false;
  Time stop_deadline_ = Time::max();
  Time next_wakeup_ = Time::max();
};

}  // namespace spinoff::remoting
