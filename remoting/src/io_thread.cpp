#include "io_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "address.hpp"

namespace spinoff::remoting {
namespace {

// So that what is to be sent does not wait for a flood of what comes in.
constexpr int kFramesPerRound = 64;
constexpr auto kLongestWait = std::chrono::hours(1);
// ZeroMQ does not tell why there is no connection.
constexpr std::string_view kMaybeKeys =
    "nobody there, or nobody with the key that the list of peers has for it, or it does not have "
    "this node's";

void add(std::atomic<std::uint64_t>& counter, std::uint64_t count) noexcept {
  counter.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace

IoThread::IoThread(zmq::context_t& context, Listening listening, Protocol protocol,
                   std::shared_ptr<Intake> intake, const HubOptions& options, Listener& listener,
                   HubCounters& counters)
    : context_(context),
      security_(options.security ? &*options.security : nullptr),
      zap_(std::move(listening.zap)),
      router_(std::move(listening.socket)),
      protocol_(std::move(protocol)),
      intake_(std::move(intake)),
      resolver_(intake_),
      listener_(listener),
      counters_(counters),
      rejects_(listener, counters, options.reject_interval),
      linger_(options.protocol.linger) {}

void IoThread::run() {
  while (!protocol_.stopped()) {
    round();
  }
  rejects_.tell(Time::max());
  resolver_.stop(linger_);
  links_.clear();
  router_.close();
  zap_.reset();
}

void IoThread::round() {
  now_ = Clock::now();
  const bool sent = take_queued();
  const bool received = receive();
  answer_zap();
  if (now_ >= protocol_.next_wakeup()) {
    protocol_.tick(now_, actions_);
    do_actions();
  }
  rejects_.tell(now_);
  if (!protocol_.stopped()) {
    wait(sent || received);
  }
}

bool IoThread::take_queued() {
  const bool stop = intake_->take(outgoing_, resolved_);
  for (const Resolved& answer : resolved_) {
    resolved(answer);
  }
  for (Outgoing& outgoing : outgoing_) {
    protocol_.send(outgoing.to, std::move(outgoing.parcel), now_, actions_);
  }
  protocol_.flush(now_, actions_);
  do_actions();
  if (stop && !stop_seen_) {
    stop_seen_ = true;
    protocol_.stop(now_, actions_);
    do_actions();
  }
  const bool any = !outgoing_.empty() || !resolved_.empty();
  outgoing_.clear();
  resolved_.clear();
  return any;
}

bool IoThread::receive() {
  int frames = 0;
  zmq::message_t sender;
  while (frames < kFramesPerRound && router_.recv(sender, zmq::recv_flags::dontwait)) {
    receive_one(sender);
    ++frames;
  }
  return frames > 0;
}

// The first part is ZeroMQ's name for the connection, which means nothing here.
void IoThread::receive_one(zmq::message_t& sender) {
  zmq::message_t frame;
  bool more = sender.more();
  if (more) {
    // The parts of a message arrive together, so this does not wait.
    static_cast<void>(router_.recv(frame));
    more = frame.more();
  }
  add(counters_.frames_in, 1);
  add(counters_.bytes_in, frame.size());
  if (more) {
    zmq::message_t rest;
    while (more) {
      static_cast<void>(router_.recv(rest));
      more = rest.more();
    }
    actions_.emplace_back(
        Reject{RejectReason::malformed, 1, "a ZeroMQ message of more than one part was dropped"});
  } else {
    receive_frame(frame);
  }
  do_actions();
}

void IoThread::answer_zap() {
  if (zap_) {
    zap_->answer(actions_);
    do_actions();
  }
}

void IoThread::receive_frame(const zmq::message_t& frame) {
  Speaker speaker;
  if (security_ != nullptr) {
    speaker = {&security_->peers, key_of_connection(frame)};
    if (!speaker.key) {
      actions_.emplace_back(Reject{RejectReason::unknown_key, 1,
                                   "a frame of a connection without a key was dropped"});
      return;
    }
  }
  protocol_.frame(frame.to_string_view(), now_, actions_, speaker);
}

std::optional<Credentials> IoThread::credentials_for(const NodeId& peer) const {
  if (security_ == nullptr) {
    return std::nullopt;
  }
  const PublicKey* const key = security_->peers.key_of(peer);
  if (key == nullptr) {
    throw InvalidKey("it is not in the list of peers: add its public key there");
  }
  return Credentials{&security_->key, key};
}

void IoThread::wait(bool poll_only) {
  if (poll_only) {
    if (blocked_links_ > 0) {
      poll(std::chrono::milliseconds(0));
    }
    return;
  }
  if (!intake_->fall_asleep(stop_seen_)) {
    return;
  }
  const Time wakeup = std::min(protocol_.next_wakeup(), rejects_.next_due());
  const Time now = Clock::now();
  const auto time = wakeup == Time::max()
                        ? Time::duration(kLongestWait)
                        : std::clamp<Time::duration>(wakeup - now, {}, kLongestWait);
  poll(std::chrono::ceil<std::chrono::milliseconds>(time));
  add(counters_.wakeups, 1);
  intake_->wake_up();
}

// A peer's socket is only asked while it has refused something: that it has room is no news
// otherwise.
void IoThread::poll(std::chrono::milliseconds timeout) {
  poll_items_.clear();
  poll_peers_.clear();
  poll_items_.push_back({nullptr, intake_->wake_fd(), ZMQ_POLLIN, 0});
  poll_items_.push_back({router_.handle(), 0, ZMQ_POLLIN, 0});
  if (blocked_links_ > 0) {
    for (auto& [peer, link] : links_) {
      if (link.blocked && link.socket) {
        poll_items_.push_back({link.socket.handle(), 0, ZMQ_POLLOUT, 0});
        poll_peers_.push_back(peer);
      }
    }
  }
  if (zap_) {
    poll_items_.push_back({zap_->socket(), 0, ZMQ_POLLIN, 0});
  }
  try {
    zmq::poll(poll_items_, timeout);
  } catch (const zmq::error_t& error) {
    // The process was halted and goes on.
    if (error.num() != EINTR) {
      throw;
    }
    return;
  }
  for (std::size_t i = 0; i < poll_peers_.size(); ++i) {
    if ((poll_items_[i + 2].revents & ZMQ_POLLOUT) != 0) {
      links_.at(poll_peers_[i]).blocked = false;
      --blocked_links_;
      protocol_.writable(poll_peers_[i], now_, actions_);
    }
  }
  do_actions();
}

void IoThread::resolved(const Resolved& answer) {
  const auto found = links_.find(answer.peer);
  if (found == links_.end() || found->second.number != answer.link) {
    return;
  }
  found->second.looking_up = false;
  if (answer.error.empty()) {
    open(answer.peer, found->second, answer.address);
  } else {
    protocol_.trouble(answer.peer,
                      fmt::format("the host name cannot be looked up ({})", answer.error));
  }
}

void IoThread::open(const NodeId& peer, Link& link, const std::string& address) {
  try {
    link.socket = connect_to(context_, address, peer.port(), credentials_for(peer));
    protocol_.trouble(peer, security_ == nullptr ? std::string() : std::string(kMaybeKeys));
  } catch (const InvalidKey& error) {
    protocol_.trouble(peer, error.what());
  } catch (const zmq::error_t& error) {
    protocol_.trouble(peer, fmt::format("no connection can be made ({})", error.what()));
  }
}

// An action may lead to others, which go to the end.
void IoThread::do_actions() {
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    Action action = std::move(actions_[i]);
    std::visit([this](auto& a) { act(a); }, action);
  }
  actions_.clear();
}

void IoThread::act(Connect& action) {
  Link& link = links_[action.peer];
  if (link.socket || link.looking_up) {
    return;
  }
  if (link.number == 0) {
    link.number = ++last_link_;
  }
  if (const auto address = numeric_address(action.peer.host())) {
    open(action.peer, link, *address);
  } else {
    link.looking_up = true;
    resolver_.look_up(action.peer, link.number);
  }
}

void IoThread::act(Disconnect& action) {
  const auto found = links_.find(action.peer);
  if (found == links_.end()) {
    return;
  }
  if (found->second.blocked) {
    --blocked_links_;
  }
  if (found->second.looking_up) {
    resolver_.cancel(found->second.number);
  }
  if (action.flush && found->second.socket) {
    const auto linger = std::chrono::ceil<std::chrono::milliseconds>(linger_);
    found->second.socket.set(zmq::sockopt::linger, static_cast<int>(linger.count()));
  }
  links_.erase(found);
}

void IoThread::act(SendFrame& action) {
  const auto found = links_.find(action.peer);
  if (found != links_.end() && found->second.socket && !found->second.blocked) {
    zmq::message_t message(action.bytes);
    if (found->second.socket.send(message, zmq::send_flags::dontwait)) {
      add(counters_.frames_out, 1);
      add(counters_.bytes_out, action.bytes.size());
      add(counters_.items_out, action.parcels.size());
      protocol_.sent(action, now_, actions_);
      return;
    }
  }
  if (found != links_.end() && !found->second.blocked) {
    found->second.blocked = true;
    ++blocked_links_;
  }
  protocol_.refused(std::move(action), now_, actions_);
}

void IoThread::act(Deliver& action) {
  add(counters_.items_in, action.items.size());
  listener_.deliver(action.from, action.items);
}

void IoThread::act(Return& action) {
  add(counters_.returned, action.parcels.size());
  for (Parcel& parcel : action.parcels) {
    listener_.returned(std::move(parcel), action.reason);
  }
}

void IoThread::act(NodeUp& action) {
  listener_.node_up(action.peer, action.incarnation);
}

void IoThread::act(NodeDown& action) {
  listener_.node_down(action.peer, action.reason);
}

void IoThread::act(Reject& action) {
  rejects_.add(std::move(action), now_);
}

}  // namespace spinoff::remoting
