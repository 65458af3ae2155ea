#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <pthread.h>
#include <zmq.hpp>

#include <spinoff/engine/time_slice.hpp>
#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/protocol.hpp>

#include "intake.hpp"
#include "io_thread.hpp"
#include "outboxes.hpp"
#include "signals_blocked.hpp"
#include "sockets.hpp"

namespace spinoff::remoting {
namespace {

std::uint64_t random_incarnation() {
  std::random_device device;
  std::uint64_t incarnation = 0;
  while (incarnation == 0) {
    incarnation = (std::uint64_t{device()} << 32U) | device();
  }
  return incarnation;
}

HubOptions completed(HubOptions options) {
  if (options.incarnation == 0) {
    options.incarnation = random_incarnation();
  }
  return options;
}

zmq::context_t context_for(const ProtocolOptions& options) {
  // Those that are just being closed still count.
  constexpr int kOwnSockets = 128;
  zmq::context_t context(1);
  context.set(zmq::ctxopt::max_sockets, static_cast<int>(options.max_peers) + kOwnSockets);
  return context;
}

// ZeroMQ starts its threads with the first socket, and they inherit the slice.
Listening listen(zmq::context_t& context, const HubOptions& options) {
  const engine::ShortTimeSlice slice;
  return listen_at(context, options);
}

}  // namespace

// The listening socket is made here, on the constructor's thread, and used by the I/O thread from
// then on: starting a thread is the full fence that ZeroMQ asks for.
class Hub::Impl {
 public:
  Impl(HubOptions options, Listener& listener)
      : options_(completed(std::move(options))),
        listener_(listener),
        context_(context_for(options_.protocol)),
        listening_(listen(context_, options_)),
        node_(listening_.node),
        intake_(std::make_shared<Intake>()),
        outboxes_(intake_, buffers_, Outbox::limits_of(options_)) {
    check_own_key();
  }

  void start() {
    const std::lock_guard lock(thread_mutex_);
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
    started_ = true;
  }

  void stop() {
    intake_->stop();
    if (std::this_thread::get_id() == io_thread_id_.load() || intake_->is_attended_here()) {
      return;
    }
    const std::lock_guard lock(thread_mutex_);
    if (thread_.joinable()) {
      thread_.join();
    } else if (!started_) {
      return_queued();
    }
  }

  const HubOptions options_;
  Listener& listener_;
  HubCounters counters_;
  // ZeroMQ gives buffers back until the context is closed.
  const std::shared_ptr<BufferPool> buffers_ = std::make_shared<BufferPool>();
  zmq::context_t context_;
  Listening listening_;
  const NodeId node_;
  const std::shared_ptr<Intake> intake_;
  Outboxes outboxes_;

 private:
  // Lists are often the same on all nodes. One that is wrong about this node is wrong elsewhere.
  void check_own_key() const {
    if (!options_.security) {
      return;
    }
    const PublicKey& own = options_.security->key.public_key();
    const PublicKey* const listed = options_.security->peers.key_of(node_);
    if (listed != nullptr && *listed != own) {
      throw BindFailed(fmt::format(
          "cannot listen at {}: the list of peers has the key {} for this node itself, and the key "
          "that it was given is {}, so that others with this list would refuse it; give it the "
          "other key, or correct the list",
          node_.to_string(), listed->to_string(), own.to_string()));
    }
  }

  void run() {
    io_thread_id_ = std::this_thread::get_id();
    pthread_setname_np(pthread_self(), "spinoff-io");
    const engine::ShortTimeSlice slice;
    {
      IoThread io(context_, std::move(listening_),
                  Protocol(node_, options_.incarnation, options_.protocol), intake_, outboxes_,
                  *buffers_, options_, listener_, counters_);
      io.run();
    }
    // Waits, within the linger, for what ZeroMQ still has to send.
    context_.close();
  }

  // There never was an I/O thread to do it.
  void return_queued() {
    const std::string reason = "this node was stopped before it was started";
    for (const std::shared_ptr<Outbox>& outbox : outboxes_.close()) {
      std::vector<Parcel> parcels;
      outbox->take(parcels);
      for (Parcel& parcel : parcels) {
        counters_.returned.fetch_add(parcel.count, std::memory_order_relaxed);
        listener_.returned(std::move(parcel), reason);
      }
      outbox->end_line(reason);
    }
    intake_->close();
  }

  std::mutex thread_mutex_;
  std::thread thread_;
  bool started_ = false;
  std::atomic<std::thread::id> io_thread_id_;
};

Hub::Hub(HubOptions options, Listener& listener)
    : impl_(std::make_unique<Impl>(std::move(options), listener)) {}

Hub::~Hub() {
  impl_->stop();
}

const NodeId& Hub::node_id() const noexcept {
  return impl_->node_;
}

std::uint64_t Hub::incarnation() const noexcept {
  return impl_->options_.incarnation;
}

const HubCounters& Hub::counters() const noexcept {
  return impl_->counters_;
}

void Hub::start() {
  impl_->start();
}

std::shared_ptr<Outbox> Hub::outbox(const NodeId& to) {
  return impl_->outboxes_.get(to);
}

std::optional<Parcel> Hub::send(const NodeId& to, Parcel parcel) {
  return impl_->outboxes_.get(to)->post(std::move(parcel));
}

std::shared_ptr<engine::InputSource> Hub::input() {
  return impl_->intake_;
}

void Hub::stop() {
  impl_->stop();
}

}  // namespace spinoff::remoting
