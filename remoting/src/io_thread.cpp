#include "io_thread.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "address.hpp"

namespace spinoff::remoting {

using serialization::FrameBytes;

namespace {

// So that what is to be sent does not wait for a flood of what comes in.
constexpr int kFramesPerRound = 64;
constexpr auto kLongestWait = std::chrono::hours(1);
// ZeroMQ does not tell why there is no connection.
constexpr std::string_view kMaybeKeys =
    "nobody there, or nobody with the key that the list of peers has for it, or it does not have "
    "this node's";

// A descriptor that is never ready.
constexpr int kNone = -1;

// While much is sent, it waits a little so that more goes together: about as long as what went last
// took to come, and not at all after a few messages.
constexpr std::chrono::nanoseconds kGatheringPerByte{30};
constexpr std::chrono::microseconds kShortestGathering{20};
constexpr std::chrono::microseconds kLongestGathering{300};

// Below this a copy is cheaper than to say who frees it.
constexpr std::size_t kWorthHandingOver = 1024;

// Bytes that are ZeroMQ's until it has sent them. It orders our writes before its call of `free`,
// by means that a sanitizer does not see; so they are ordered once more, by what it does see.
struct HandedOver {
  HandedOver(FrameBytes& given, BufferPool& pool)
      : owner(given), bytes(std::move(given)), buffers(pool) {}

  static void free(void* /*data*/, void* hint) {
    std::unique_ptr<HandedOver> own(static_cast<HandedOver*>(hint));
    static_cast<void>(own->is_whole.load());
    if (own->is_refused) {
      own->owner = std::move(own->bytes);
    } else {
      own->buffers.give(std::move(own->bytes).release());
    }
  }

  // Gets them back if ZeroMQ does not take them, and may be gone otherwise.
  FrameBytes& owner;
  FrameBytes bytes;
  BufferPool& buffers;
  bool is_refused = false;
  std::atomic<bool> is_whole = false;
};

// False if there is no room; then the bytes are as they were.
bool copy_into(zmq::socket_t& socket, std::string_view bytes) {
  zmq::message_t message(bytes);
  return socket.send(message, zmq::send_flags::dontwait).has_value();
}

bool hand_over(zmq::socket_t& socket, FrameBytes& bytes, BufferPool& buffers) {
  auto own = std::make_unique<HandedOver>(bytes, buffers);
  const std::string_view whole = own->bytes;
  zmq::message_t message(const_cast<char*>(whole.data()), whole.size(),  // NOLINT(*-const-cast)
                         HandedOver::free, own.get());
  HandedOver& given = *own.release();  // it is ZeroMQ's
  given.is_whole.store(true);
  if (socket.send(message, zmq::send_flags::dontwait)) {
    return true;
  }
  given.is_refused = true;
  message.rebuild();  // which frees what it had
  return false;
}

bool has_input(const zmq::socket_t& socket) {
  return (socket.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0;
}

// It may end early, by a signal or for nothing.
void wait_for(std::span<pollfd> descriptors, std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
  static_cast<void>(ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr));
}

}  // namespace

struct IoThread::ReceivedFrame final : engine::SharedBytes {
  [[nodiscard]] std::size_t size() const noexcept override { return message.size(); }
  zmq::message_t message;
};

IoThread::IoThread(zmq::context_t& context, Listening listening, Protocol protocol,
                   std::shared_ptr<Intake> intake, Outboxes& outboxes, BufferPool& buffers,
                   const HubOptions& options, Listener& listener, HubCounters& counters)
    : HubLoop(std::move(protocol), std::move(intake), outboxes, buffers, options, listener,
              counters),
      context_(context),
      security_(options.security ? &*options.security : nullptr),
      zap_(std::move(listening.zap)),
      router_(std::move(listening.socket)),
      resolver_(intake_),
      batch_bytes_(options.protocol.batch_bytes),
      linger_(options.protocol.linger),
      descriptors_{{{intake_->wake_fd(), POLLIN, 0},
                    {zap_ ? zap_->socket().get(zmq::sockopt::fd) : kNone, POLLIN, 0},
                    {router_.get(zmq::sockopt::fd), POLLIN, 0}}} {}

void IoThread::run() {
  now_ = Clock::now();
  begin();
  while (!protocol_.stopped()) {
    round();
  }
  rejects_.tell(Time::max());
  resolver_.stop(linger_);
  links_.clear();
  router_.close();
  zap_.reset();
  intake_->close();
}

void IoThread::round() {
  now_ = Clock::now();
  const bool sent = take_queued();
  const int received = receive();
  answer_zap();
  tick_if_due();
  if (!protocol_.stopped()) {
    wait(sent || received > 0);
  }
}

int IoThread::receive() {
  int frames = 0;
  zmq::message_t sender;
  while (frames < kFramesPerRound && router_.recv(sender, zmq::recv_flags::dontwait)) {
    receive_one(sender);
    ++frames;
  }
  return frames;
}

// The first part is ZeroMQ's name for the connection, which means nothing here.
void IoThread::receive_one(zmq::message_t& sender) {
  auto* const received = new ReceivedFrame;  // NOLINT(cppcoreguidelines-owning-memory)
  zmq::message_t& frame = received->message;
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
    reject({RejectReason::malformed, 1, "a ZeroMQ message of more than one part was dropped"});
  } else {
    receive_frame(*received);
  }
  received->release();
}

void IoThread::answer_zap() {
  if (zap_) {
    zap_->answer(actions_);
    do_actions();
  }
}

void IoThread::receive_frame(ReceivedFrame& frame) {
  Speaker speaker;
  if (security_ != nullptr) {
    speaker = {&security_->peers, key_of_connection(frame.message)};
    if (!speaker.key) {
      reject({RejectReason::unknown_key, 1, "a frame of a connection without a key was dropped"});
      return;
    }
  }
  take_frame(frame.message.to_string_view(), speaker, frame);
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
  if (blocked_links_ == 0 && gathers()) {
    return;
  }
  if (poll_only) {
    if (blocked_links_ > 0) {
      poll_links({});
    }
    return;
  }
  const Time wakeup = next_due();
  const Time now = Clock::now();
  const auto time = wakeup == Time::max()
                        ? Time::duration(kLongestWait)
                        : std::clamp<Time::duration>(wakeup - now, {}, kLongestWait);
  if (blocked_links_ == 0) {
    sleep(time);
  } else if (intake_->fall_asleep(stop_seen_)) {
    poll_links(time);
    intake_->wake_up();
    add(counters_.wakeups, 1);
  }
}

// True if it has waited for more to be sent, or until something came in. Meanwhile nobody wakes it.
bool IoThread::gathers() {
  const auto time = std::min<std::chrono::nanoseconds>(
      kGatheringPerByte * static_cast<std::int64_t>(taken_bytes_), kLongestGathering);
  if (time < kShortestGathering || taken_bytes_ >= batch_bytes_ || stop_seen_ || has_input()) {
    return false;
  }
  wait_for(std::span(descriptors_).subspan(1), time);
  return true;
}

// Others may have the sockets meanwhile.
void IoThread::sleep(Time::duration time) {
  if (has_input() || !intake_->fall_asleep(stop_seen_, this)) {
    return;
  }
  if (intake_->is_polled()) {
    wait_for(std::span(descriptors_).first(2),
             std::min<Time::duration>(time, Intake::kPollersTime));
  } else {
    wait_for(descriptors_, time);
  }
  intake_->wake_up();
  add(counters_.wakeups, 1);
  do_actions();  // what others have left
}

// A descriptor of ZeroMQ's only tells what has come since its socket was last asked.
bool IoThread::has_input() {
  return remoting::has_input(router_) || (zap_ && remoting::has_input(zap_->socket()));
}

// On another thread.
template <class Act>
Attendant::Done IoThread::attend(const Act& act) noexcept {
  now_ = Clock::now();
  const Time due = next_due();
  Done done = act();
  done.has_more |= blocked_links_ > 0 || next_due() < due || protocol_.stopped();
  return done;
}

IoThread::Done IoThread::send_at_once(Outbox& outbox) noexcept {
  return attend([&] { return Done{.any = true, .has_more = !take_at_once(outbox)}; });
}

// What is left in the socket is not told again.
IoThread::Done IoThread::take_input() noexcept {
  return attend([&] {
    const int frames = receive();
    return Done{.any = frames > 0, .has_more = frames == kFramesPerRound};
  });
}

// For input, and for the sockets of peers that have refused something: that one has room is no news
// otherwise. Nobody else may have these meanwhile.
void IoThread::poll_links(Time::duration time) {
  poll_items_.clear();
  poll_peers_.clear();
  for (auto& [peer, link] : links_) {
    if (link.blocked && link.socket) {
      poll_items_.push_back({link.socket.handle(), 0, ZMQ_POLLOUT, 0});
      poll_peers_.push_back(peer);
    }
  }
  poll_items_.push_back({nullptr, intake_->wake_fd(), ZMQ_POLLIN, 0});
  poll_items_.push_back({router_.handle(), 0, ZMQ_POLLIN, 0});
  if (zap_) {
    poll_items_.push_back({zap_->socket().handle(), 0, ZMQ_POLLIN, 0});
  }
  try {
    zmq::poll(poll_items_, std::chrono::ceil<std::chrono::milliseconds>(time));
  } catch (const zmq::error_t& error) {
    // The process was halted and goes on.
    if (error.num() != EINTR) {
      throw;
    }
    return;
  }
  for (std::size_t i = 0; i < poll_peers_.size(); ++i) {
    if ((poll_items_[i].revents & ZMQ_POLLOUT) != 0) {
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
    connect(answer.peer, found->second, answer.address);
  } else {
    protocol_.trouble(answer.peer,
                      fmt::format("the host name cannot be looked up ({})", answer.error));
  }
}

void IoThread::connect(const NodeId& peer, Link& link, const std::string& address) {
  try {
    link.socket = connect_to(context_, address, peer.port(), credentials_for(peer));
    protocol_.trouble(peer, security_ == nullptr ? std::string() : std::string(kMaybeKeys));
  } catch (const InvalidKey& error) {
    protocol_.trouble(peer, error.what());
  } catch (const zmq::error_t& error) {
    protocol_.trouble(peer, fmt::format("no connection can be made ({})", error.what()));
  }
}

void IoThread::open(const NodeId& peer) {
  Link& link = links_[peer];
  if (link.socket || link.looking_up) {
    return;
  }
  if (link.number == 0) {
    link.number = ++last_link_;
  }
  if (const auto address = numeric_address(peer.host())) {
    connect(peer, link, *address);
  } else {
    link.looking_up = true;
    resolver_.look_up(peer, link.number);
  }
}

void IoThread::close(const NodeId& peer, bool flush) {
  const auto found = links_.find(peer);
  if (found == links_.end()) {
    return;
  }
  if (found->second.blocked) {
    --blocked_links_;
  }
  if (found->second.looking_up) {
    resolver_.cancel(found->second.number);
  }
  if (flush && found->second.socket) {
    const auto linger = std::chrono::ceil<std::chrono::milliseconds>(linger_);
    found->second.socket.set(zmq::sockopt::linger, static_cast<int>(linger.count()));
  }
  links_.erase(found);
}

bool IoThread::put(const NodeId& peer, FrameBytes&& bytes) {
  const auto found = links_.find(peer);
  if (found == links_.end() || found->second.blocked) {
    return false;
  }
  if (zmq::socket_t& socket = found->second.socket) {
    if (bytes.size() < kWorthHandingOver ? copy_into(socket, bytes)
                                         : hand_over(socket, bytes, buffers_)) {
      return true;
    }
  }
  found->second.blocked = true;
  ++blocked_links_;
  return false;
}

}  // namespace spinoff::remoting
