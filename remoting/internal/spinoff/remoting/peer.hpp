/// What the protocol knows of one other node.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/remoting/actions.hpp>
#include <spinoff/remoting/alias_texts.hpp>
#include <spinoff/remoting/assembly.hpp>
#include <spinoff/remoting/lanes.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/remoting/relay_ways.hpp>
#include <spinoff/serialization/wire.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

struct Peer {
  using Time = std::chrono::steady_clock::time_point;

  enum class State : std::uint8_t { connecting, up };
  enum class Channel : std::uint8_t {
    free,     ///< a frame may be given to it
    in_hand,  ///< a frame was given to it, and the answer is not there yet
    blocked,  ///< it refused a frame; wait until it is writable
  };

  explicit Peer(NodeId node) : id(std::move(node)) {}

  [[nodiscard]] bool is_up() const noexcept { return state == State::up; }

  /// Neither up nor tried for our own sake.
  [[nodiscard]] bool is_stranger() const noexcept { return !is_up() && !wanted && !is_relay; }

  void push_back(Parcel parcel) {
    count_in(parcel);
    queue.push_back(std::move(parcel));
  }
  void push_front(Parcel parcel) {
    count_in(parcel);
    queue.push_front(std::move(parcel));
  }
  Parcel pop_front() {
    Parcel parcel = std::move(queue.front());
    queue.pop_front();
    refused_first -= refused_first > 0 ? 1 : 0;
    queued_bytes -= parcel.items.size();
    if (parcel.must_go) {
      control_bytes -= cost(parcel);
    }
    return parcel;
  }
  std::vector<Parcel> take_all() {
    std::vector<Parcel> all = lanes.take_all();
    all.insert(all.end(), std::make_move_iterator(queue.begin()),
               std::make_move_iterator(queue.end()));
    queue.clear();
    refused_first = 0;
    queued_bytes = 0;
    control_bytes = 0;
    return all;
  }
  [[nodiscard]] bool has_waiting() const noexcept { return !queue.empty() || !lanes.empty(); }
  /// Puts into their lanes what is first in the queue and has one.
  void sort_lanes() {
    for (; !queue.empty() && queue.front().lane != nullptr; queue.pop_front()) {
      queued_bytes -= queue.front().items.size();
      lanes.add(std::move(queue.front()));
    }
  }
  void count_in(const Parcel& parcel) noexcept {
    queued_bytes += parcel.items.size();
    if (parcel.must_go) {
      control_bytes += cost(parcel);
    }
  }
  /// Behind all that goes to it for others.
  void carry_last(Carried carried) {
    carry_bytes += carried.cost();
    carry.push_back(std::move(carried));
    has_ways = true;
  }
  void carry_first(Carried carried) {
    carry_bytes += carried.cost();
    carry.push_front(std::move(carried));
  }
  Carried take_carried(const std::deque<Carried>::iterator& where) {
    Carried carried = std::move(*where);
    carry.erase(where);
    carry_bytes -= carried.cost();
    return carried;
  }
  /// Of one that must go.
  static std::size_t cost(const Parcel& parcel) noexcept {
    return parcel.items.size() + sizeof(Parcel);
  }

  NodeId id;
  State state = State::connecting;
  Channel channel = Channel::free;
  /// Relays may have to do with it: there are some, or something goes to it for others.
  bool has_ways = false;

  /// This end of the session.
  std::uint64_t session = 0;
  /// The other end; {0, 0} until it was heard of.
  serialization::SessionId theirs;
  /// Carried items of the session: given to the channel, and received.
  std::uint64_t sent_items = 0;
  std::uint64_t received_items = 0;
  /// The largest frame that it reads.
  std::size_t max_frame_bytes = 0;
  /// The largest message in parts that it takes; 0: it takes no parts.
  std::size_t max_message_bytes = 0;
  /// It has relays, and knows of probes.
  bool has_relays = false;
  /// How many aliases of each kind it keeps.
  std::size_t max_aliases = 0;
  /// What its own stand for.
  std::shared_ptr<Aliases> aliases = std::make_shared<Aliases>();
  /// What came of its large messages.
  Assembly assembly;

  std::deque<Parcel> queue;
  /// What was in the queue and has a lane.
  Lanes lanes;
  /// It is their turn, if the queue has something, too.
  bool lanes_next = false;
  /// So many of the queue were in a frame that was refused, and what was behind them may be in its
  /// lane already: they go first.
  std::size_t refused_first = 0;
  /// Of all items in the queue.
  std::size_t queued_bytes = 0;
  /// What those take that must go, also in the lanes.
  std::size_t control_bytes = 0;

  RelayWays ways;
  /// It is a relay of this node: it is tried for ever, and only directly.
  bool is_relay = false;
  /// What goes to it for others, or from others by this node.
  std::deque<Carried> carry;
  std::size_t carry_bytes = 0;
  /// The last frame was of those, so the next one is not.
  bool has_carried = false;

  // What to say as soon as the channel is free.
  bool say_hello = false;
  bool say_heartbeat = false;
  bool say_bye = false;

  /// Something was sent to it from here in the session, so that its end is told.
  bool wanted = false;
  /// It is in the count of strangers.
  bool counted_stranger = false;
  /// It speaks another version; it was told ours, once.
  bool foreign = false;
  /// It is in the list of those to flush.
  bool dirty = false;

  /// When the session began to be tried.
  Time since;
  Time last_heard;
  Time next_beat;
  /// What stands in the way of reaching it, for the log.
  std::string trouble;
};

}  // namespace spinoff::remoting
