/// Nodes that run only the protocol, on a network in memory and in virtual time. Everything is in
/// one thread, and a run can be repeated from its seed.
///
/// A channel is a pipe of frames in order, as ZeroMQ gives it: it takes nothing while there is no
/// connection, frames in it may be lost with the connection, an old pipe may be read after a new
/// one, and what was on the way to a node may reach the one that was started after it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <spinoff/remoting/protocol.hpp>

#include "parcels.hpp"

namespace spinoff::remoting::testing {

using namespace std::chrono_literals;
using Time = Protocol::Time;
using Duration = Protocol::Time::duration;

inline NodeId id_of(const std::string& name) {
  return {name, 1};
}

/// A frame as that node would make it.
inline std::string frame_of(const std::string& from, const serialization::FrameHeader& header,
                            const std::vector<std::string>& items = {}) {
  serialization::FrameBuilder builder(id_of(from).to_string(), header);
  for (const std::string& item : items) {
    builder.add(item);
  }
  return std::move(builder).finish();
}

inline std::string hello_to(const std::string& name, std::uint64_t max_frame_bytes = 0) {
  const std::string to = id_of(name).to_string();
  serialization::Item item;
  item.kind = serialization::ItemKind::hello;
  item.to = to;
  item.max_frame_bytes = max_frame_bytes;
  return encode(item);
}

inline std::string bye() {
  serialization::Item item;
  item.kind = serialization::ItemKind::bye;
  return encode(item);
}

/// What happened at a node, in order. Texts are of messages.
struct Event {
  enum class Kind { up, down, got, returned, handed, rejected };

  Kind kind;
  std::string peer;
  std::string text;

  [[nodiscard]] std::string to_string() const {
    static constexpr const char* kNames[] = {"up", "down", "got", "returned", "handed", "rejected"};
    std::string result = kNames[static_cast<int>(kind)];
    for (const std::string& part : {peer, text}) {
      result += part.empty() ? "" : " " + part;
    }
    return result;
  }
};

class World;

class Node {
 public:
  Node(World& world, std::string name, std::uint64_t incarnation, const ProtocolOptions& options)
      : world_(world), name_(std::move(name)), protocol_(id_of(name_), incarnation, options) {}

  /// Queues, and gives to the protocol at the end of the batch.
  Node& queue(const std::string& to, const std::string& text) { return queue(to, parcel_of(text)); }
  Node& queue(const std::string& to, Parcel parcel);
  void flush();
  void send(const std::string& to, const std::string& text) {
    queue(to, text);
    flush();
  }
  void start();
  void receive(std::string_view bytes, const Speaker& speaker = {});
  void stop();

  [[nodiscard]] const std::string& name() const { return name_; }
  Protocol& protocol() { return protocol_; }
  [[nodiscard]] bool is_up(const std::string& peer) const { return protocol_.is_up(id_of(peer)); }

  /// All but `handed`, and of rejected input only the reason.
  std::vector<std::string> take_log();
  const std::vector<Event>& history() const { return history_; }
  /// `hello b`, `parcels b 2`, `heartbeat b`, `bye b`, `carry r: parcels b 2`: the frames that
  /// channels took.
  std::vector<std::string> take_frames() { return std::exchange(frames_, {}); }
  /// The bytes of the last frame that a channel took.
  [[nodiscard]] const std::string& last_frame() const { return last_frame_; }
  [[nodiscard]] int ticks() const { return ticks_; }

 private:
  friend class World;

  void do_actions();
  void act(Connect& action);
  void act(Disconnect& action);
  void act(SendFrame& action);
  void act(Deliver& action);
  void act(Return& action);
  void act(NodeUp& action);
  void act(NodeDown& action);
  void act(Reject& action);
  void note(Event::Kind kind, const std::string& peer, std::string text) {
    history_.push_back({kind, peer, std::move(text)});
  }

  World& world_;
  std::string name_;
  Protocol protocol_;
  Actions actions_;
  std::map<std::string, std::uint64_t> channels_;
  std::set<std::string> blocked_;
  std::vector<Event> history_;
  std::size_t logged_ = 0;
  std::vector<std::string> frames_;
  std::string last_frame_;
  int ticks_ = 0;
};

class World {
 public:
  /// How the network behaves when it is not perfect.
  struct Weather {
    /// Probabilities, in percent.
    unsigned lose = 0;
    unsigned refuse = 0;
    unsigned straggle = 0;
    Duration longest_delay{};
  };

  explicit World(ProtocolOptions options = {}, std::uint32_t seed = 1)
      : options_(options), random_(seed) {}

  /// Starts it, under the same address as an earlier one of that name.
  Node& start(const std::string& name) { return start(name, options_); }
  Node& start(const std::string& name, const ProtocolOptions& options) {
    auto& node = nodes_[name];
    node = std::make_unique<Node>(*this, name, ++last_incarnation_, options);
    node->start();
    reopen();
    return *node;
  }
  /// It is gone, with no word to anybody.
  std::unique_ptr<Node> kill(const std::string& name);
  Node* find(const std::string& name) {
    const auto found = nodes_.find(name);
    return found == nodes_.end() ? nullptr : found->second.get();
  }

  /// Frames on that way are taken and lost.
  void cut(const std::string& from, const std::string& to) { cut_.insert({from, to}); }
  void heal(const std::string& from, const std::string& to) { cut_.erase({from, to}); }
  void heal_all() {
    cut_.clear();
    full_.clear();
    weather = {};
    reopen();
  }
  /// The channel takes nothing, as if the other end did not read.
  void fill(const std::string& from, const std::string& to) { full_.insert({from, to}); }
  void drain(const std::string& from, const std::string& to) {
    full_.erase({from, to});
    reopen();
  }
  /// The next frame on that way is taken and lost.
  void lose_next(const std::string& from, const std::string& to) { lose_next_.insert({from, to}); }

  /// Delivers what is on the way now, and what follows from it at once.
  void run() {
    while (deliver_one()) {
    }
  }
  /// Lets time pass, with each wake-up at its time.
  void advance(Duration duration) {
    const Time end = now + duration;
    run();
    for (;;) {
      const Time next = next_event();
      if (next > end) {
        break;
      }
      now = std::max(now, next);
      for (const std::string& name : names()) {
        tick(name);
      }
      run();
    }
    now = end;
    run();
  }
  void settle() { advance(0s); }

  [[nodiscard]] unsigned percent() { return static_cast<unsigned>(random_() % 100); }
  std::mt19937& random() { return random_; }

  Time now = Time(1000s);
  Weather weather;

 private:
  friend class Node;
  using Way = std::pair<std::string, std::string>;

  struct Pipe {
    Way way;
    /// With the time of arrival, which grows.
    std::deque<std::pair<Time, std::string>> frames;
    bool open = true;
  };

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& [name, node] : nodes_) {
      result.push_back(name);
    }
    return result;
  }

  void tick(const std::string& name) {
    Node* node = find(name);
    if (node != nullptr && node->protocol_.next_wakeup() <= now) {
      ++node->ticks_;
      node->protocol_.tick(now, node->actions_);
      node->do_actions();
    }
  }

  Time next_event() {
    Time next = Time::max();
    for (const auto& [name, node] : nodes_) {
      next = std::min(next, node->protocol_.next_wakeup());
    }
    for (const auto& [id, pipe] : pipes_) {
      if (!pipe.frames.empty()) {
        next = std::min(next, pipe.frames.front().first);
      }
    }
    return next;
  }

  bool deliver_one() {
    for (auto pipe = pipes_.begin(); pipe != pipes_.end();) {
      auto& frames = pipe->second.frames;
      if (frames.empty()) {
        pipe = pipe->second.open ? std::next(pipe) : pipes_.erase(pipe);
        continue;
      }
      if (frames.front().first > now) {
        ++pipe;
        continue;
      }
      const std::string bytes = std::move(frames.front().second);
      frames.pop_front();
      // Into memory of its own, which is gone afterwards: views must not be kept.
      if (Node* node = find(pipe->second.way.second)) {
        node->receive(bytes);
      }
      return true;
    }
    return false;
  }

  bool takes(const Way& way) {
    return nodes_.contains(way.second) && !full_.contains(way) && percent() >= weather.refuse;
  }

  bool put(std::uint64_t pipe_id, const std::string& bytes) {
    Pipe& pipe = pipes_.at(pipe_id);
    if (!takes(pipe.way)) {
      return false;
    }
    if (cut_.contains(pipe.way) || lose_next_.erase(pipe.way) > 0 || percent() < weather.lose) {
      return true;
    }
    pipe.frames.emplace_back(arrival(pipe), bytes);
    return true;
  }

  Time arrival(const Pipe& pipe) {
    Time time = now;
    if (weather.longest_delay > 0s) {
      time += Duration(random_() % static_cast<std::uint64_t>(weather.longest_delay.count()));
    }
    return pipe.frames.empty() ? time : std::max(time, pipe.frames.back().first);
  }

  void close(std::uint64_t pipe_id, bool flush) {
    Pipe& pipe = pipes_.at(pipe_id);
    pipe.open = false;
    if (flush) {
      return;
    }
    if (percent() >= weather.straggle) {
      pipe.frames.clear();
      return;
    }
    // Some of it had left already, and comes when nobody expects it any more.
    const Duration late = weather.longest_delay * (1 + random_() % 4);
    pipe.frames.resize(random_() % (pipe.frames.size() + 1));
    for (auto& [time, bytes] : pipe.frames) {
      time += late;
    }
  }

  /// Tells those who wait for room to try again.
  void reopen() {
    for (const std::string& name : names()) {
      Node& node = *nodes_.at(name);
      for (const std::string& peer : std::exchange(node.blocked_, {})) {
        node.protocol_.writable(id_of(peer), now, node.actions_);
      }
      node.do_actions();
    }
  }

 public:
  /// For random runs, where channels refuse and nobody else says when they have room again.
  void retry() { reopen(); }

 private:
  ProtocolOptions options_;
  std::mt19937 random_;
  std::map<std::string, std::unique_ptr<Node>> nodes_;
  std::map<std::uint64_t, Pipe> pipes_;
  std::set<Way> cut_;
  std::set<Way> full_;
  std::set<Way> lose_next_;
  std::uint64_t last_incarnation_ = 0;
  std::uint64_t last_pipe_ = 0;
};

inline std::unique_ptr<Node> World::kill(const std::string& name) {
  auto node = std::move(nodes_.at(name));
  nodes_.erase(name);
  for (const auto& [peer, pipe] : node->channels_) {
    pipes_.at(pipe).open = false;
  }
  return node;
}

inline Node& Node::queue(const std::string& to, Parcel parcel) {
  protocol_.send(id_of(to), std::move(parcel), world_.now, actions_);
  return *this;
}

inline void Node::flush() {
  protocol_.flush(world_.now, actions_);
  do_actions();
}

inline void Node::receive(std::string_view bytes, const Speaker& speaker) {
  protocol_.frame(bytes, world_.now, actions_, speaker);
  do_actions();
}

inline void Node::start() {
  protocol_.start(world_.now, actions_);
  do_actions();
}

inline void Node::stop() {
  protocol_.stop(world_.now, actions_);
  do_actions();
}

inline std::vector<std::string> Node::take_log() {
  std::vector<std::string> log;
  for (; logged_ < history_.size(); ++logged_) {
    if (history_[logged_].kind != Event::Kind::handed) {
      log.push_back(history_[logged_].to_string());
    }
  }
  return log;
}

inline void Node::do_actions() {
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    Action action = std::move(actions_[i]);
    std::visit([this](auto& a) { act(a); }, action);
  }
  actions_.clear();
}

inline void Node::act(Connect& action) {
  auto& channel = channels_[action.peer.host()];
  if (channel == 0) {
    channel = ++world_.last_pipe_;
    world_.pipes_[channel].way = {name_, action.peer.host()};
  }
}

inline void Node::act(Disconnect& action) {
  world_.close(channels_.at(action.peer.host()), action.flush);
  channels_.erase(action.peer.host());
  blocked_.erase(action.peer.host());
}

inline std::string name_of(const SendFrame& frame) {
  static constexpr const char* kKinds[] = {"hello", "parcels", "heartbeat", "bye",
                                           "probe", "answer",  "carry"};
  std::string name = std::string(kKinds[static_cast<int>(frame.kind)]) + " " + frame.peer.host();
  if (!frame.parcels.empty()) {
    name += " " + std::to_string(frame.parcels.size());
  }
  if (frame.carried != nullptr && frame.carried->own) {
    name += ": " + name_of(*frame.carried->own);
  }
  return name;
}

inline void Node::act(SendFrame& action) {
  const std::string peer = action.peer.host();
  if (blocked_.contains(peer) ||
      !world_.put(channels_.at(peer), std::string(action.bytes.view()))) {
    blocked_.insert(peer);
    protocol_.refused(std::move(action), world_.now, actions_);
    return;
  }
  frames_.push_back(name_of(action));
  last_frame_ = action.bytes;
  const bool is_carried = action.carried != nullptr && action.carried->own.has_value();
  const SendFrame& own = is_carried ? *action.carried->own : action;
  for (const Parcel& parcel : own.parcels) {
    note(Event::Kind::handed, own.peer.host(), note_of(parcel));
  }
  protocol_.sent(action, world_.now, actions_);
}

inline void Node::act(Deliver& action) {
  for (const serialization::Item& item : action.items) {
    note(Event::Kind::got, action.from.host(), std::string(item.payload));
    item.others.each([&](std::string_view payload) {
      note(Event::Kind::got, action.from.host(), std::string(payload));
    });
  }
}

inline void Node::act(Return& action) {
  for (const Parcel& parcel : action.parcels) {
    note(Event::Kind::returned, {}, note_of_returned(parcel) + ": " + action.reason);
  }
}

inline void Node::act(NodeUp& action) {
  note(Event::Kind::up, action.peer.host(), {});
}

inline void Node::act(NodeDown& action) {
  note(Event::Kind::down, action.peer.host(), std::move(action.reason));
}

inline void Node::act(Reject& action) {
  note(Event::Kind::rejected, {}, std::string(remoting::to_string(action.reason)));
}

}  // namespace spinoff::remoting::testing
