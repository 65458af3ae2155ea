#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <spinoff/serialization/wire.hpp>
#include <spinoff/testing/wires.hpp>

#include "wire_end.hpp"

namespace spinoff::testing {

namespace {

// As ZeroMQ and the kernel hold.
constexpr std::size_t kMostInFlight = 64;

void check(const LinkOptions& options) {
  for (const double probability : {options.loss, options.duplication, options.reordering}) {
    if (!(probability >= 0 && probability <= 1)) {
      throw std::invalid_argument("a link's probabilities are from 0 to 1");
    }
  }
  if (options.latency < std::chrono::nanoseconds(0) ||
      options.jitter < std::chrono::nanoseconds(0)) {
    throw std::invalid_argument("a link's latency and jitter cannot be negative");
  }
}

// How much the frame counts on a slow link. Not by its bytes: which names go by numbers is decided
// by addresses, and then two runs of one seed could differ.
std::size_t weight_of(std::string_view bytes) {
  constexpr std::size_t kItem = 64;
  const auto read = serialization::decode_frame(bytes, {});
  const auto* const frame = std::get_if<serialization::Frame>(&read);
  if (frame == nullptr) {
    return bytes.size();
  }
  std::size_t weight = kItem;
  for (const serialization::Item& item : frame->items) {
    weight += kItem + item.payload.size();
  }
  return weight;
}

}  // namespace

/// Of one frame.
class Wires::Arrival final : public engine::TimerTask {
 public:
  Arrival(Wires& wires, std::shared_ptr<Channel> channel, std::string bytes)
      : wires_(wires), channel_(std::move(channel)), bytes_(std::move(bytes)) {}
  Clock::time_point fire(Clock::time_point /*now*/) override {
    wires_.arrive(*channel_, std::move(bytes_));
    return Clock::time_point::max();
  }

 private:
  Wires& wires_;
  const std::shared_ptr<Channel> channel_;
  std::string bytes_;
};

namespace {

/// What the node owns of an endpoint.
class Plug final : public remoting::Carrier {
 public:
  Plug(remoting::SteppedHub& hub, std::function<void()> end) : hub_(hub), end_(std::move(end)) {}
  Plug(const Plug&) = delete;
  Plug& operator=(const Plug&) = delete;
  ~Plug() override { end_(); }

  [[nodiscard]] const NodeId& node_id() const noexcept override { return hub_.node_id(); }
  void start() override { hub_.start(); }
  [[nodiscard]] std::shared_ptr<remoting::Outbox> outbox(const NodeId& to) override {
    return hub_.outbox(to);
  }
  [[nodiscard]] std::optional<remoting::Parcel> send(const NodeId& to,
                                                     remoting::Parcel parcel) override {
    return hub_.send(to, std::move(parcel));
  }
  void stop() override { hub_.stop(); }

 private:
  remoting::SteppedHub& hub_;
  const std::function<void()> end_;
};

}  // namespace

Wires::Wires(Scheduler& scheduler) noexcept : scheduler_(scheduler) {}

Wires::~Wires() {
  scheduler_.clock()->drop_all_of(this);
}

std::unique_ptr<remoting::Carrier> Wires::connect(remoting::HubOptions options,
                                                  remoting::Listener& listener) {
  if (listening_at(options.bind) != nullptr) {
    throw remoting::BindFailed("another node of the simulation listens at " +
                               options.bind.to_string() + " already: take another port");
  }
  options.incarnation = scheduler_.random() | 1U;
  WireEnd& end =
      *ends_.emplace_back(std::make_unique<WireEnd>(*this, std::move(options), listener));
  for (const auto& other : ends_) {
    if (other->is_up()) {
      other->has_room_if_blocked(end.node());
    }
  }
  return std::make_unique<Plug>(end.hub(), [&end] { end.end(); });
}

void Wires::crash(std::string_view host) {
  for (const auto& end : ends_) {
    if (end->is_up() && end->node().host() == host) {
      end->crash();
    }
  }
}

void Wires::set_all(const LinkOptions& options) {
  check(options);
  usual_ = options;
  special_.clear();
}

void Wires::set(std::string_view from, std::string_view to, const LinkOptions& options) {
  check(options);
  special_.insert_or_assign(Way(from, to), options);
}

void Wires::cut(std::string_view from, std::string_view to) {
  cut_.emplace(from, to);
}

const LinkOptions& Wires::link(const Channel& channel) const {
  const auto found = special_.find(Way(channel.from->node().host(), channel.to.host()));
  return found == special_.end() ? usual_ : found->second;
}

bool Wires::is_cut(const Channel& channel) const {
  return !cut_.empty() && cut_.contains(Way(channel.from->node().host(), channel.to.host()));
}

bool Wires::happens(double probability) {
  return probability > 0 && static_cast<double>(scheduler_.random() >> 11U) * 0x1p-53 < probability;
}

std::chrono::nanoseconds Wires::up_to(std::chrono::nanoseconds most) {
  return most.count() == 0
             ? most
             : std::chrono::nanoseconds(scheduler_.random() %
                                        (static_cast<std::uint64_t>(most.count()) + 1));
}

bool Wires::put(const std::shared_ptr<Channel>& channel, std::string&& bytes) {
  if (listening_at(channel->to) == nullptr || channel->in_flight >= kMostInFlight) {
    channel->is_blocked = true;
    return false;
  }
  const LinkOptions& link = this->link(*channel);
  if (is_cut(*channel) || happens(link.loss)) {
    note(*channel, "loses a frame");
    return true;
  }
  Clock::time_point sent = scheduler_.now();
  if (link.bytes_per_second > 0) {
    const std::chrono::duration<double> needed(static_cast<double>(weight_of(bytes)) /
                                               static_cast<double>(link.bytes_per_second));
    channel->free_at = std::max(sent, channel->free_at) +
                       std::chrono::duration_cast<std::chrono::nanoseconds>(needed);
    sent = channel->free_at;
  }
  Clock::time_point arrival = sent + link.latency + up_to(link.jitter);
  if (happens(link.duplication)) {
    launch(channel, bytes, arrival + 2 * up_to(link.latency + link.jitter));
  }
  if (happens(link.reordering)) {
    arrival += 10 * up_to(link.latency + link.jitter);
  } else {
    arrival = channel->last_arrival = std::max(arrival, channel->last_arrival);
  }
  launch(channel, std::move(bytes), arrival);
  return true;
}

void Wires::launch(const std::shared_ptr<Channel>& channel, std::string bytes,
                   Clock::time_point arrival) {
  ++channel->in_flight;
  auto* const frame =
      new Arrival(*this, channel, std::move(bytes));  // NOLINT(cppcoreguidelines-owning-memory)
  scheduler_.clock()->start(*frame, arrival, this);
  frame->release();
}

void Wires::arrive(Channel& channel, std::string&& bytes) {
  --channel.in_flight;
  if (channel.is_open && std::exchange(channel.is_blocked, false)) {
    channel.from->has_room(channel.to);
  }
  WireEnd* const to = listening_at(channel.to);
  if (to == nullptr || channel.is_dropped || is_cut(channel)) {
    note(channel, "loses a frame");
    return;
  }
  note(channel, "brings a frame");
  to->receive(std::move(bytes));
}

void Wires::close(Channel& channel, bool flush) {
  channel.is_open = false;
  channel.is_dropped = !flush && !happens(link(channel).reordering);
}

WireEnd* Wires::listening_at(const NodeId& node) {
  const auto found = std::ranges::find_if(
      ends_, [&](const auto& end) { return end->is_up() && end->node() == node; });
  return found == ends_.end() ? nullptr : found->get();
}

void Wires::note(const Channel& channel, std::string_view what) const {
  if (const Trace& trace = scheduler_.trace(); trace.is_on()) {
    trace.line(fmt::format("the wire from {} to {} {}", channel.from->node().to_string(),
                           channel.to.to_string(), what));
  }
}

}  // namespace spinoff::testing
