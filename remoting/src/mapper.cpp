#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <utility>
#include <variant>

#include <zmq.hpp>

#include <spinoff/remoting/actions.hpp>
#include <spinoff/remoting/mapper.hpp>
#include <spinoff/remoting/speaker.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "mapper_table.hpp"
#include "mapper_wire.hpp"
#include "sockets.hpp"
#include "wake_fd.hpp"

namespace spinoff::remoting {
namespace {

using Kind = MapperMessage::Kind;
using Clock = std::chrono::steady_clock;
using serialization::quoted;

constexpr int kFramesAtOnce = 64;
constexpr auto kRejectInterval = std::chrono::seconds(1);

HubOptions hub_options(const MapperOptions& options) {
  HubOptions hub;
  hub.bind = options.bind;
  hub.security = options.security;
  hub.insecure = options.insecure;
  hub.protocol.max_frame_bytes = kMaxMapperFrame;
  hub.protocol.max_message_bytes = 0;
  return hub;
}

}  // namespace

class Mapper::Impl {
 public:
  explicit Impl(MapperOptions options)
      : on_rejected_(std::move(options.on_rejected)),
        options_(hub_options(options)),
        listening_(listen_at(context_, options_)) {}

  [[nodiscard]] const NodeId& node_id() const noexcept { return listening_.node; }

  void run() {
    while (!stop_) {
      wait();
      if (listening_.zap) {
        listening_.zap->answer(actions_);
      }
      for (int i = 0; i < kFramesAtOnce && receive(); ++i) {
      }
      tell_rejected();
    }
  }

  void stop() noexcept {
    stop_ = true;
    wake_fd_.signal();
  }

 private:
  void wait() {
    std::array<zmq::pollitem_t, 3> items{{{nullptr, wake_fd_.get(), ZMQ_POLLIN, 0},
                                          {listening_.socket.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, 0, ZMQ_POLLIN, 0}}};
    std::size_t count = 2;
    if (listening_.zap) {
      items[count++].socket = listening_.zap->socket();
    }
    try {
      zmq::poll(items.data(), count, std::chrono::milliseconds(-1));
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) {
        throw;
      }
    }
  }

  bool receive() {
    zmq::message_t connection;
    if (!listening_.socket.recv(connection, zmq::recv_flags::dontwait)) {
      return false;
    }
    zmq::message_t frame;
    bool more = connection.more();
    bool whole = more;
    for (int parts = 0; more; ++parts) {
      // The parts of a message arrive together, so this does not wait.
      static_cast<void>(listening_.socket.recv(frame));
      more = frame.more();
      whole = parts == 0 && !more;
    }
    const auto message = whole ? decode_mapper_message(frame.to_string_view()) : std::nullopt;
    if (!message) {
      reject("a frame that is not of the mapper's protocol");
    } else if (const auto reply = answer(*message, frame)) {
      // Who does not take its answers asks again, or is gone.
      listening_.socket.send(connection, zmq::send_flags::sndmore | zmq::send_flags::dontwait);
      listening_.socket.send(zmq::buffer(encode(*reply)), zmq::send_flags::dontwait);
    }
    return true;
  }

  std::optional<MapperMessage> answer(const MapperMessage& message, const zmq::message_t& frame) {
    try {
      switch (message.kind) {
        case Kind::claim:
          return claim(NodeId::named(message.name, "host").name(), node_of(message, frame));
        case Kind::release:
          table_.release(message.name, node_of(message, frame));
          return std::nullopt;
        case Kind::find:
          return holder(message.name, table_.find(message.name, Clock::now()));
        case Kind::version:
          reject(
              "a frame of another version of the mapper's protocol; run one version of this "
              "library on all nodes");
          return MapperMessage{Kind::version};
        case Kind::holder:
        case Kind::nobody:
          break;
      }
      reject("an answer, which nobody asked for");
    } catch (const InvalidUri& error) {
      reject(std::string("a claim: ") + error.what());
    }
    return std::nullopt;
  }

  std::optional<MapperMessage> claim(const std::string& name, const NodeId& node) {
    if (node.host().empty()) {
      return std::nullopt;
    }
    return holder(name, table_.claim(name, node, Clock::now()));
  }

  static MapperMessage holder(const std::string& name, const NodeId* node) {
    return node == nullptr ? MapperMessage{Kind::nobody, name}
                           : MapperMessage{Kind::holder, name, node->to_string()};
  }

  // None if the connection may not speak for it.
  NodeId node_of(const MapperMessage& message, const zmq::message_t& frame) {
    NodeId node = NodeId::parse(message.node);
    if (!may_be(node, frame)) {
      reject("a claim for " + node.to_string() +
             " by a connection with another key than the list of peers has for that node");
      return {};
    }
    return node;
  }

  [[nodiscard]] bool may_be(const NodeId& node, const zmq::message_t& frame) const {
    return !options_.security ||
           Speaker{&options_.security->peers, key_of_connection(frame)}.may_be(node);
  }

  void reject(std::string what) {
    actions_.emplace_back(Reject{RejectReason::malformed, 1, std::move(what)});
  }

  void tell_rejected() {
    for (Action& action : actions_) {
      if (auto* const one = std::get_if<Reject>(&action)) {
        ++rejected_;
        last_rejected_ = std::move(one->detail);
      }
    }
    actions_.clear();
    const auto now = Clock::now();
    if (rejected_ > 0 && now >= next_told_ && on_rejected_) {
      next_told_ = now + kRejectInterval;
      on_rejected_("dropped " + last_rejected_ + " (" +
                   std::to_string(std::exchange(rejected_, 0)) + " times)");
    }
  }

  const std::function<void(const std::string&)> on_rejected_;
  const HubOptions options_;
  zmq::context_t context_;
  Listening listening_;
  MapperTable table_;
  WakeFd wake_fd_;
  std::atomic<bool> stop_ = false;
  Actions actions_;
  std::uint64_t rejected_ = 0;
  std::string last_rejected_;
  Clock::time_point next_told_;
};

Mapper::Mapper(MapperOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Mapper::~Mapper() = default;

const NodeId& Mapper::node_id() const noexcept {
  return impl_->node_id();
}

void Mapper::run() {
  impl_->run();
}

void Mapper::stop() noexcept {
  impl_->stop();
}

}  // namespace spinoff::remoting
