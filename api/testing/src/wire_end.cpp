#include "wire_end.hpp"

#include <utility>

namespace spinoff::testing {

/// The hub is due.
class WireEnd::Tick final : public engine::TimerTask {
 public:
  explicit Tick(WireEnd& end) noexcept : end_(end) {}
  Clock::time_point fire(Clock::time_point /*now*/) override {
    end_.tick_due_ = Clock::time_point::max();
    end_.round();
    return Clock::time_point::max();
  }

 private:
  WireEnd& end_;
};

WireEnd::WireEnd(Wires& wires, remoting::HubOptions options, remoting::Listener& listener)
    : wires_(wires), node_(options.bind), tick_(new Tick(*this)) {
  hub_ = std::make_unique<remoting::SteppedHub>(std::move(options), listener, *this);
}

WireEnd::~WireEnd() {
  wires_.scheduler().clock()->cancel(*tick_);
  tick_->release();
}

void WireEnd::crash() {
  hub_->abandon();
  for (const auto& [peer, channel] : channels_) {
    channel->is_open = false;
  }
}

void WireEnd::receive(std::string&& bytes) {
  hub_->receive(std::move(bytes));
  start_tick();
}

void WireEnd::has_room(const NodeId& peer) {
  later([this, peer] {
    if (is_up()) {
      hub_->writable(peer);
      start_tick();
    }
  });
}

void WireEnd::has_room_if_blocked(const NodeId& peer) {
  const auto found = channels_.find(peer);
  if (found != channels_.end() && std::exchange(found->second->is_blocked, false)) {
    has_room(peer);
  }
}

void WireEnd::wake() {
  if (!std::exchange(woken_, true)) {
    later([this] { round(); });
  }
}

void WireEnd::open(const NodeId& peer) {
  std::shared_ptr<Channel>& channel = channels_[peer];
  if (channel == nullptr) {
    channel = std::make_shared<Channel>(Channel{.from = this, .to = peer});
  }
}

void WireEnd::close(const NodeId& peer, bool flush) {
  if (const auto found = channels_.find(peer); found != channels_.end()) {
    wires_.close(*found->second, flush);
    channels_.erase(found);
  }
}

bool WireEnd::put(const NodeId& peer, std::string&& bytes) {
  const auto found = channels_.find(peer);
  return found != channels_.end() && wires_.put(found->second, std::move(bytes));
}

void WireEnd::wait_for_stop() {
  wires_.scheduler().run_until([this] { return !is_up(); }, Clock::time_point::max());
}

void WireEnd::later(std::function<void()> work) const {
  wires_.scheduler().run_apart(std::move(work));
}

void WireEnd::round() {
  woken_ = false;
  if (is_up()) {
    hub_->round();
    start_tick();
  }
}

void WireEnd::start_tick() {
  const Clock::time_point due = hub_->next_due();
  if (due == tick_due_) {
    return;
  }
  tick_due_ = due;
  VirtualClock& clock = *wires_.scheduler().clock();
  if (due == Clock::time_point::max()) {
    clock.cancel(*tick_);
  } else {
    clock.start(*tick_, due, this);
  }
}

}  // namespace spinoff::testing
