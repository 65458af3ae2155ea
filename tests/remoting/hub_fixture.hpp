/// What the tests of real hubs share: a listener that remembers, and a node that is made by hand.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <zmq.hpp>

#include <spinoff/remoting/hub.hpp>

#include "parcels.hpp"

namespace spinoff::remoting::testing {

using namespace std::chrono_literals;

/// Far longer than anything takes here; only a hang reaches it.
inline constexpr auto kPatience = 30s;

class Recorder : public Listener {
 public:
  struct Seen {
    std::vector<std::string> got;
    std::vector<std::pair<std::string, std::string>> returned;  // text, reason
    std::vector<NodeId> up;
    std::vector<std::pair<NodeId, std::string>> down;
    std::map<RejectReason, std::uint64_t> rejected;
    std::vector<Load> high_water;
  };

  void deliver(const NodeId& /*from*/, std::span<const serialization::Item> items,
               engine::SharedBytes& /*frame*/) noexcept override {
    change([&](Seen& seen) {
      for (const serialization::Item& item : items) {
        seen.got.emplace_back(item.payload);
        item.others.each([&](std::string_view payload) { seen.got.emplace_back(payload); });
      }
    });
  }
  void returned(Parcel parcel, const std::string& reason) noexcept override {
    change([&](Seen& seen) { seen.returned.emplace_back(note_of_returned(parcel), reason); });
  }
  void node_up(const NodeId& node, std::uint64_t /*incarnation*/) noexcept override {
    change([&](Seen& seen) { seen.up.push_back(node); });
  }
  void node_down(const NodeId& node, const std::string& reason) noexcept override {
    change([&](Seen& seen) { seen.down.emplace_back(node, reason); });
  }
  void high_water(const NodeId& /*node*/, const Load& load) noexcept override {
    change([&](Seen& seen) { seen.high_water.push_back(load); });
  }
  void rejected(RejectReason reason, std::uint64_t count,
                const std::string& /*detail*/) noexcept override {
    change([&](Seen& seen) { seen.rejected[reason] += count; });
  }

  /// Waits until `condition(seen)`.
  template <class Condition>
  void wait(Condition condition) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(changed_.wait_for(lock, kPatience, [&] { return condition(seen_); }));
  }
  void wait_for_messages(std::size_t count) {
    wait([count](const Seen& seen) { return seen.got.size() >= count; });
  }
  [[nodiscard]] Seen seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  /// Without a copy of what may be large.
  [[nodiscard]] std::size_t count_returned() {
    const std::lock_guard lock(mutex_);
    return seen_.returned.size();
  }

 private:
  template <class Change>
  void change(Change make) {
    {
      const std::lock_guard lock(mutex_);
      make(seen_);
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Seen seen_;
};

inline HubOptions options_at(const NodeId& node) {
  HubOptions options;
  options.bind = node;
  // All that is rejected is told at once.
  options.reject_interval = 0s;
  return options;
}

inline NodeId any_port() {
  return {"127.0.0.1", 0};
}

/// A hub with its listener.
struct Station {
  explicit Station(const NodeId& node = any_port()) : Station(options_at(node)) {}
  explicit Station(const HubOptions& options) : hub(options, recorder) { hub.start(); }

  void send(const NodeId& to, const std::string& text) {
    BOOST_REQUIRE(!hub.send(to, parcel_of(text)));
  }
  [[nodiscard]] const NodeId& id() const { return hub.node_id(); }

  Recorder recorder;
  Hub hub;
};

/// A node id at which nobody listens, though one could.
inline NodeId free_node_id() {
  Recorder recorder;
  const Hub hub(options_at(any_port()), recorder);
  return hub.node_id();
}

/// A node of ZeroMQ sockets alone, which does only what the test tells it.
class HandMade {
 public:
  explicit HandMade(const NodeId& peer) : peer_(peer) {
    in_.set(zmq::sockopt::linger, 0);
    in_.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
    in_.set(zmq::sockopt::rcvhwm, 1);
    in_.bind("tcp://127.0.0.1:*");
    const std::string endpoint = in_.get(zmq::sockopt::last_endpoint);
    id_ = endpoint.substr(endpoint.rfind('/') + 1);
    out_.set(zmq::sockopt::linger, 0);
    out_.connect("tcp://" + peer.to_string());
  }

  /// It stops.
  void say_bye() {
    serialization::Item item;
    item.kind = serialization::ItemKind::bye;
    serialization::FrameBuilder builder(id_, {{kIncarnation, 1}, theirs, said_});
    builder.add(encode(item));
    send_raw(std::move(builder).finish());
  }

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] NodeId node() const { return NodeId::parse(id_); }

  void send_raw(std::string_view bytes) { out_.send(zmq::buffer(bytes), zmq::send_flags::none); }
  void send_parts(std::string_view one, std::string_view two) {
    out_.send(zmq::buffer(one), zmq::send_flags::sndmore);
    out_.send(zmq::buffer(two), zmq::send_flags::none);
  }

  /// A frame with everything that the other end has to know, and these items.
  void say(const std::vector<std::string>& items = {}) {
    serialization::FrameBuilder builder(id_, {{kIncarnation, 1}, theirs, said_});
    for (const std::string& item : items) {
      builder.add(item);
      ++said_;
    }
    send_raw(std::move(builder).finish());
  }
  void say_hello(std::uint32_t max_message_bytes = 0) {
    const std::string to = peer_.to_string();
    serialization::Item item;
    item.kind = serialization::ItemKind::hello;
    item.max_message_bytes = max_message_bytes;
    item.to = to;
    serialization::FrameBuilder builder(id_, {{kIncarnation, 1}, theirs, said_});
    builder.add(encode(item));
    send_raw(std::move(builder).finish());
  }

  /// The next frame that comes; its views are good until the next call.
  serialization::Frame hear() {
    zmq::message_t connection;
    BOOST_REQUIRE(in_.recv(connection));
    BOOST_REQUIRE(in_.recv(heard_));
    auto result = serialization::decode_frame(heard_.to_string_view(), {});
    BOOST_REQUIRE(std::holds_alternative<serialization::Frame>(result));
    return std::get<serialization::Frame>(std::move(result));
  }

  void begin_session(std::uint32_t max_message_bytes = 0) {
    say_hello(max_message_bytes);
    theirs = hear().header.from_session;
    say();
  }

  serialization::SessionId theirs;

 private:
  static constexpr std::uint64_t kIncarnation = 4711;

  zmq::context_t context_;
  zmq::socket_t in_{context_, zmq::socket_type::router};
  zmq::socket_t out_{context_, zmq::socket_type::dealer};
  NodeId peer_;
  std::string id_;
  std::uint64_t said_ = 0;
  zmq::message_t heard_;
};

}  // namespace spinoff::remoting::testing
