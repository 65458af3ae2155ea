#include "hub_loop.hpp"

#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace spinoff::remoting {
namespace {

// One that came in parts.
struct ReceivedMessage final : engine::SharedBytes {
  explicit ReceivedMessage(std::shared_ptr<const std::string> whole) : bytes(std::move(whole)) {}
  [[nodiscard]] std::size_t size() const noexcept override { return bytes->size(); }
  const std::shared_ptr<const std::string> bytes;
};

}  // namespace

HubLoop::HubLoop(Protocol protocol, std::shared_ptr<Intake> intake, Outboxes& outboxes,
                 BufferPool& buffers, const HubOptions& options, Listener& listener,
                 HubCounters& counters)
    : protocol_(std::move(protocol)),
      intake_(std::move(intake)),
      buffers_(buffers),
      counters_(counters),
      rejects_(listener, counters, options.reject_interval),
      outboxes_(outboxes),
      listener_(listener) {}

void HubLoop::begin() {
  protocol_.start(now_, actions_);
  do_actions();
}

bool HubLoop::take_queued() {
  taken_bytes_ = 0;
  const bool stop = intake_->take(ready_, resolved_);
  for (const Resolved& answer : resolved_) {
    resolved(answer);
  }
  for (const std::shared_ptr<Outbox>& outbox : ready_) {
    take(*outbox);
  }
  const bool any = !ready_.empty() || !resolved_.empty();
  ready_.clear();
  resolved_.clear();
  if (stop && !stop_seen_) {
    for (const std::shared_ptr<Outbox>& outbox : outboxes_.close()) {
      take(*outbox);
      outbox->end_line(
          fmt::format("not sent to {}: this node is stopping", outbox->node().to_string()));
    }
  }
  protocol_.flush(now_, actions_);
  do_actions();
  if (stop && !stop_seen_) {
    stop_seen_ = true;
    protocol_.stop(now_, actions_);
    do_actions();
  }
  return any;
}

bool HubLoop::take_at_once(Outbox& outbox) {
  take(outbox);
  protocol_.flush(now_, actions_);
  std::size_t done = 0;
  for (; done < actions_.size() && std::holds_alternative<SendFrame>(actions_[done]); ++done) {
    SendFrame action = std::get<SendFrame>(std::move(actions_[done]));
    act(action);
  }
  actions_.erase(actions_.begin(), actions_.begin() + static_cast<std::ptrdiff_t>(done));
  if (!actions_.empty() || !high_.empty()) {
    return false;
  }
  tell_outboxes();
  return true;
}

void HubLoop::take(Outbox& outbox) {
  if (const std::optional<Load> high = outbox.take(parcels_)) {
    high_.push_back({outbox.shared_from_this(), *high});
  }
  for (Parcel& parcel : parcels_) {
    taken_bytes_ += parcel.items.size();
    protocol_.send(outbox.node(), std::move(parcel), now_, actions_);
  }
  parcels_.clear();
}

void HubLoop::take_frame(std::string_view bytes, const Speaker& speaker,
                         engine::SharedBytes& holder) {
  holder_ = &holder;
  protocol_.frame(bytes, now_, actions_, speaker);
  do_actions();
  holder_ = nullptr;
}

void HubLoop::tick_if_due() {
  if (now_ >= protocol_.next_wakeup()) {
    protocol_.tick(now_, actions_);
    do_actions();
  }
  rejects_.tell(now_);
}

void HubLoop::reject(Reject reject) {
  actions_.emplace_back(std::move(reject));
  do_actions();
}

// An action may lead to others, which go to the end.
void HubLoop::do_actions() {
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    Action action = std::move(actions_[i]);
    std::visit([this](auto& a) { act(a); }, action);
  }
  actions_.clear();
  for (const Left& high : high_) {
    listener_.high_water(high.outbox->node(), high.load);
  }
  high_.clear();
  tell_outboxes();
}

// Once for the parcels of a frame.
void HubLoop::count_as_left(Parcel& parcel) {
  if (parcel.counts_at == nullptr) {
    return;
  }
  if (left_.empty() || left_.back().outbox != parcel.counts_at) {
    left_.push_back({std::move(parcel.counts_at), {}});
  }
  left_.back().load.messages += parcel.count;
  left_.back().load.bytes += parcel.cost;
}

// Not before all actions are done: a line ends with the session, before others can come in.
void HubLoop::tell_outboxes() {
  for (const Left& left : left_) {
    left.outbox->left(left.load);
  }
  left_.clear();
}

void HubLoop::act(Connect& action) {
  std::shared_ptr<Outbox>& outbox = peers_[action.peer];
  if (outbox == nullptr) {
    outbox = outboxes_.get(action.peer);
  }
  open(action.peer);
}

void HubLoop::act(Disconnect& action) {
  close(action.peer, action.flush);
  peers_.erase(action.peer);
}

void HubLoop::act(SendFrame& action) {
  const std::size_t size = action.bytes.size();
  if (put(action.peer, std::move(action.bytes))) {
    add(counters_.frames_out, 1);
    add(counters_.bytes_out, size);
    SendFrame& own = own_part(action);
    // A message in parts counts when all of it is out.
    add(counters_.items_out, own.parcels.empty() ? 0 : own.items);
    std::ranges::for_each(own.parcels, [this](Parcel& parcel) { count_as_left(parcel); });
    protocol_.sent(action, now_, actions_);
    for (Parcel& parcel : own.parcels) {
      buffers_.give(std::move(parcel.items).release());
    }
    if (action.head_bytes > 0) {
      buffers_.give(std::move(action.bytes).release());
    } else {
      protocol_.lend(action.bytes.empty() ? buffers_.take() : std::move(action.bytes).release());
    }
  } else {
    protocol_.refused(std::move(action), now_, actions_);
  }
}

// What it has of this node itself.
SendFrame& HubLoop::own_part(SendFrame& frame) {
  if (frame.kind != SendFrame::Kind::carry) {
    return frame;
  }
  if (!frame.carried->own) {
    add(counters_.relayed, 1);
    return frame;
  }
  return *frame.carried->own;
}

void HubLoop::act(Deliver& action) {
  for (const serialization::Item& item : action.items) {
    add(counters_.items_in, item.count());
  }
  if (action.whole == nullptr) {
    listener_.deliver(action.from, action.items, *holder_);
    return;
  }
  auto* const message = new ReceivedMessage(action.whole);  // NOLINT(*-owning-memory)
  listener_.deliver(action.from, action.items, *message);
  message->release();
}

void HubLoop::act(Return& action) {
  for (Parcel& parcel : action.parcels) {
    add(counters_.returned, parcel.count);
    count_as_left(parcel);
    listener_.returned(std::move(parcel), action.reason);
  }
}

void HubLoop::act(NodeUp& action) {
  if (const auto found = peers_.find(action.peer); found != peers_.end()) {
    found->second->begin_session(action);
  }
  listener_.node_up(action.peer, action.incarnation);
}

void HubLoop::act(NodeDown& action) {
  if (const auto found = peers_.find(action.peer); found != peers_.end()) {
    Outbox& outbox = *found->second;
    outbox.end_session();
    outbox.end_line(fmt::format("{} is down: {}", action.peer.to_string(), action.reason));
  }
  listener_.node_down(action.peer, action.reason);
}

void HubLoop::act(Reject& action) {
  rejects_.add(std::move(action), now_);
}

}  // namespace spinoff::remoting
