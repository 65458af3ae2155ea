/// What the protocol knows of one other node.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <spinoff/remoting/parcel.hpp>
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
  [[nodiscard]] bool is_stranger() const noexcept { return !is_up() && !wanted; }

  void push_back(Parcel parcel) {
    load_of(parcel).add(cost(parcel));
    queue.push_back(std::move(parcel));
  }
  void push_front(Parcel parcel) {
    load_of(parcel).add(cost(parcel));
    queue.push_front(std::move(parcel));
  }
  Parcel pop_front() {
    Parcel parcel = std::move(queue.front());
    queue.pop_front();
    load_of(parcel).remove(cost(parcel));
    return parcel;
  }
  std::vector<Parcel> take_all() {
    std::vector<Parcel> all(std::make_move_iterator(queue.begin()),
                            std::make_move_iterator(queue.end()));
    queue.clear();
    messages = {};
    controls = {};
    return all;
  }
  static std::size_t cost(const Parcel& parcel) noexcept {
    return parcel.item.size() + parcel.kept_bytes + sizeof(Parcel);
  }

  /// What waits in the queue.
  struct Load {
    std::size_t items = 0;
    std::size_t bytes = 0;
    void add(std::size_t size) noexcept {
      ++items;
      bytes += size;
    }
    void remove(std::size_t size) noexcept {
      --items;
      bytes -= size;
    }
  };
  Load& load_of(const Parcel& parcel) noexcept { return parcel.must_go ? controls : messages; }

  NodeId id;
  State state = State::connecting;
  Channel channel = Channel::free;

  /// This end of the session.
  std::uint64_t session = 0;
  /// The other end; {0, 0} until it was heard of.
  serialization::SessionId theirs;
  /// Carried items of the session: given to the channel, and received.
  std::uint64_t sent_items = 0;
  std::uint64_t received_items = 0;
  /// The largest frame that it reads.
  std::size_t max_frame_bytes = 0;

  std::deque<Parcel> queue;
  Load messages;
  /// Of those that must go.
  Load controls;

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
