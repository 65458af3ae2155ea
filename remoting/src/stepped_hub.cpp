#include <utility>

#include <spinoff/remoting/stepped_hub.hpp>

#include "hub_loop.hpp"

namespace spinoff::remoting {

namespace {

struct ReceivedBytes final : engine::SharedBytes {
  explicit ReceivedBytes(std::string&& received) : bytes(std::move(received)) {}
  [[nodiscard]] std::size_t size() const noexcept override { return bytes.size(); }
  const std::string bytes;
};

}  // namespace

class SteppedHub::Impl final : private HubLoop {
 public:
  Impl(std::shared_ptr<Intake> intake, HubOptions options, Listener& listener, Owner& owner)
      : Impl(std::move(intake), std::make_unique<Own>(std::move(options)), listener, owner) {}

  [[nodiscard]] const NodeId& node_id() const noexcept { return protocol_.self(); }
  [[nodiscard]] Outboxes& outboxes() noexcept { return boxes_; }
  [[nodiscard]] Time due() const noexcept { return has_stopped() ? Time::max() : next_due(); }
  [[nodiscard]] bool has_stopped() const noexcept { return abandoned_ || protocol_.stopped(); }
  void abandon() noexcept {
    abandoned_ = true;
    intake_->close();
  }

  void start() {
    now_ = owner_.now();
    begin();
    owner_.wake();
  }

  void round() {
    if (has_stopped()) {
      return;
    }
    now_ = owner_.now();
    take_queued();
    tick_if_due();
    settle();
  }

  void receive(std::string&& bytes) {
    if (has_stopped()) {
      return;
    }
    now_ = owner_.now();
    auto* const received =
        new ReceivedBytes(std::move(bytes));  // NOLINT(cppcoreguidelines-owning-memory)
    take_frame(received->bytes, {}, *received);
    received->release();
    settle();
  }

  void has_room(const NodeId& peer) {
    if (!has_stopped()) {
      now_ = owner_.now();
      protocol_.writable(peer, now_, actions_);
      do_actions();
      settle();
    }
  }

  void stop() {
    if (!has_stopped()) {
      intake_->stop();
      owner_.wait_for_stop();
    }
  }

 private:
  struct Own {
    explicit Own(HubOptions given) : options(std::move(given)) {}
    const HubOptions options;
    HubCounters counters;
    const std::shared_ptr<BufferPool> buffers = std::make_shared<BufferPool>();
  };

  Impl(std::shared_ptr<Intake> intake, std::unique_ptr<Own> own, Listener& listener, Owner& owner)
      : HubLoop(Protocol(own->options.bind, own->options.incarnation, own->options.protocol),
                intake, boxes_, *own->buffers, own->options, listener, own->counters),
        own_(std::move(own)),
        owner_(owner),
        boxes_(std::move(intake), own_->buffers, Outbox::limits_of(own_->options)) {}

  // Waits for what comes next.
  void settle() {
    if (protocol_.stopped()) {
      rejects_.tell(Time::max());
      intake_->close();
    } else if (!intake_->fall_asleep(stop_seen_)) {
      owner_.wake();
    }
  }

  void open(const NodeId& peer) override { owner_.open(peer); }
  void close(const NodeId& peer, bool flush) override { owner_.close(peer, flush); }
  bool put(const NodeId& peer, serialization::FrameBytes&& bytes) override {
    return owner_.put(peer, std::string(bytes.view()));
  }

  const std::unique_ptr<Own> own_;
  Owner& owner_;
  Outboxes boxes_;
  bool abandoned_ = false;
};

SteppedHub::SteppedHub(HubOptions options, Listener& listener, Owner& owner)
    : impl_(std::make_unique<Impl>(std::make_shared<Intake>([&owner] { owner.wake(); }),
                                   std::move(options), listener, owner)) {}

SteppedHub::~SteppedHub() {
  impl_->stop();
}

const NodeId& SteppedHub::node_id() const noexcept {
  return impl_->node_id();
}

void SteppedHub::start() {
  impl_->start();
}

std::shared_ptr<Outbox> SteppedHub::outbox(const NodeId& to) {
  return impl_->outboxes().get(to);
}

std::optional<Parcel> SteppedHub::send(const NodeId& to, Parcel parcel) {
  return impl_->outboxes().get(to)->post(std::move(parcel));
}

void SteppedHub::stop() {
  impl_->stop();
}

void SteppedHub::round() {
  impl_->round();
}

void SteppedHub::receive(std::string bytes) {
  impl_->receive(std::move(bytes));
}

void SteppedHub::writable(const NodeId& peer) {
  impl_->has_room(peer);
}

Protocol::Time SteppedHub::next_due() const noexcept {
  return impl_->due();
}

bool SteppedHub::has_stopped() const noexcept {
  return impl_->has_stopped();
}

void SteppedHub::abandon() noexcept {
  impl_->abandon();
}

}  // namespace spinoff::remoting
