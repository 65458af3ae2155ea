/// The protocol of one node, and what others may do to it: the input is a list of events, among
/// them frames of three peers that are right in some things and wrong in others. Whatever comes,
/// the node keeps its limits and says nothing that is wrong itself, what it was asked to send is
/// handed to the network or returned, all that it knows of others is forgotten in time, and then a
/// peer that does all right has a session with it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <spinoff/remoting/protocol.hpp>
#include <spinoff/serialization/wire.hpp>

#include "fuzz.hpp"
#include "remoting/parcels.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::remoting;
using namespace std::chrono_literals;
using fuzz::Input;
using fuzz::require;
using serialization::Frame;
using serialization::FrameBuilder;
using serialization::FrameHeader;
using serialization::Item;
using serialization::ItemKind;
using serialization::Part;
using serialization::SessionId;
using Time = Protocol::Time;

constexpr std::uint64_t kIncarnation = 77;
constexpr std::size_t kMostEvents = 100;

ProtocolOptions small_limits() {
  ProtocolOptions options;
  options.remember = 20s;
  options.max_control_bytes = 4'000;
  options.max_frame_bytes = 2'000;
  options.max_message_bytes = 1'500;
  options.part_bytes = 100;
  options.batch_bytes = 300;
  options.max_items_per_frame = 20;
  options.max_aliases = 4;
  options.max_peers = 4;
  options.max_strangers = 2;
  return options;
}

const ProtocolOptions kOptions = small_limits();
const NodeId kSelf("node", 1);

std::optional<Frame> decoded(std::string_view bytes) {
  auto result = serialization::decode_frame(bytes, {.max_frame_bytes = kOptions.max_frame_bytes,
                                                    .max_items = kOptions.max_items_per_frame});
  if (Frame* const frame = std::get_if<Frame>(&result)) {
    return std::move(*frame);
  }
  return std::nullopt;
}

std::string control(ItemKind kind, std::string_view to = {}) {
  Item item;
  item.kind = kind;
  item.to = to;
  item.max_frame_bytes = to.empty() ? 0 : kOptions.max_frame_bytes;
  item.max_message_bytes = to.empty() ? 0 : 1'500;
  item.max_aliases = to.empty() ? 0 : kOptions.max_aliases;
  return encode(item);
}

// One of the others, as the node knows it, and what it knows of the node.
struct Other {
  NodeId id;
  SessionId own{1, 1};
  /// The node's end, as its last frame said.
  SessionId heard = {};
  /// Carried items of the session.
  std::uint64_t said = 0;
  /// By which the node sends: whether there is one, and whether it takes frames.
  bool has_channel = false;
  bool takes = true;
  /// As the node's events say.
  bool is_up = false;
  /// Of the node's session with it: the number, and carried items that the channel took.
  std::uint64_t session = 0;
  std::uint64_t taken = 0;
  std::string last_frame = {};
  std::array<std::shared_ptr<const Lane>, 2> lanes{remoting::testing::new_lane(),
                                                   remoting::testing::new_lane()};
};

class World {
 public:
  explicit World(Input& input) : input_(input) {}

  void run() {
    for (std::size_t i = 0; i < kMostEvents && !input_.empty(); ++i) {
      event();
      check_limits();
    }
    if (!stopping_) {
      recover();
    }
    stop();
    advance(kOptions.linger + 1ms);
    require(protocol_.stopped(), "a stop ends in time");
    for (const Other& other : others_) {
      require(!other.has_channel, "a node that has stopped has no channels");
    }
    require(waiting_.empty(), "what was not handed to the network is returned");
  }

 private:
  Other& someone() { return others_[input_.below(3)]; }
  Other* find(const NodeId& id) {
    const auto found = std::ranges::find(others_, id, &Other::id);
    return found == others_.end() ? nullptr : &*found;
  }

  // --- what happens -------------------------------------------------------------------------

  void event() {
    switch (input_.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        return say(someone());
      case 5:
        return say_any_items(someone());
      case 6: {
        const std::string bytes(input_.text());
        return receive(bytes);
      }
      case 7:
        return say_again(someone());
      case 8:
      case 9:
        return advance(20ms * input_.byte());
      case 10:
        return advance(300ms * input_.byte());
      case 11:
      case 12:
        return send(someone());
      case 13:
        protocol_.flush(now_, actions_);
        return act();
      case 14: {
        Other& other = someone();
        other.takes = !other.takes;
        return other.takes ? reopen(other) : void();
      }
      default:
        if (input_.below(16) == 15) {
          return stop();
        }
        protocol_.trouble(someone().id, std::string(input_.text()));
    }
  }

  // A frame as it should be, unless the input wants otherwise.
  void say(Other& other) {
    FrameHeader header = right_header(other);
    std::string from = other.id.to_string();
    const bool is_right = input_.byte() < 0xC0;
    if (!is_right) {
      spoil(header, from, other);
    }
    FrameBuilder builder(from, header);
    for (unsigned n = input_.below(6); n > 0; --n) {
      add_item(builder, other);
    }
    say(other, std::move(builder).finish());
  }

  void spoil(FrameHeader& header, std::string& from, Other& other) {
    switch (input_.below(7)) {
      case 0:  // it was started anew
        other.own = {other.own.incarnation + 1, 1};
        header.from_session = other.own;
        break;
      case 1:  // it has begun another session
        ++other.own.number;
        header.from_session = other.own;
        break;
      case 2:
        header.from_session = {input_.number(), input_.number()};
        break;
      case 3:
        header.to_session = {};
        break;
      case 4:
        header.to_session = {input_.flag() ? kIncarnation : input_.number(), input_.number()};
        break;
      case 5:
        header.sequence = input_.number();
        break;
      default:
        from = input_.flag() ? fmt_stranger() : std::string(input_.text());
    }
  }

  std::string fmt_stranger() { return "s" + std::to_string(input_.below(8)) + ":1"; }

  static FrameHeader right_header(const Other& other) {
    return {other.own, other.heard, other.said};
  }

  void say_any_items(Other& other) {
    FrameBuilder builder(other.id.to_string(), right_header(other));
    const unsigned count = input_.below(8);
    builder.add(input_.text(), count);
    say(other, std::move(builder).finish());
  }

  void say_again(Other& other) {
    std::string bytes = other.last_frame;
    if (bytes.empty()) {
      return;
    }
    switch (input_.below(3)) {
      case 0:
        break;
      case 1:
        bytes[input_.byte() % bytes.size()] = static_cast<char>(input_.byte());
        break;
      default:
        bytes.resize(input_.byte() % bytes.size());
    }
    say(other, bytes);
  }

  void say(Other& other, const std::string& bytes) {
    other.last_frame = bytes;
    if (const auto frame = decoded(bytes)) {
      const FrameHeader right = right_header(other);
      const bool counts = other.is_up && frame->header.from_session == right.from_session &&
                          frame->header.to_session == right.to_session &&
                          frame->header.sequence == right.sequence;
      // The first frame that names the node's end makes the session, and is of it.
      const bool begins = !other.is_up && frame->header.to_session == right.to_session;
      if (counts || begins) {
        other.said = frame->header.sequence + frame->carried;
      }
    }
    receive(bytes);
  }

  // In memory of its own, which is gone afterwards, so that views that were kept are found out.
  void receive(std::string_view bytes) {
    auto own = std::make_unique<char[]>(bytes.size());
    std::ranges::copy(bytes, own.get());
    protocol_.frame({own.get(), bytes.size()}, now_, actions_);
    act();
  }

  void add_item(FrameBuilder& builder, Other& /*other*/) {
    Item item;
    const std::uint8_t kind = input_.byte();
    switch (kind % 8) {
      case 0:
      case 1:
        add_message(builder);
        return;
      case 2:
        item.kind = std::array{ItemKind::watch, ItemKind::unwatch, ItemKind::terminated,
                               ItemKind::ask_failed}[kind / 8 % 4];
        item.to = input_.text();
        item.from = "/watcher";
        break;
      case 3: {
        const std::string_view bytes = input_.text();
        builder.add(Part{.number = input_.below(6),
                         .total = input_.number(),
                         .offset = input_.number(),
                         .bytes = bytes});
        return;
      }
      case 4:
        add_whole_in_parts(builder);
        return;
      case 5:
        if (kind > 0xE0) {
          item.kind = ItemKind::bye;
          break;
        }
        [[fallthrough]];
      default:
        item.kind = ItemKind::hello;
        item.to = kind > 0xF0 ? input_.text() : std::string_view("node:1");
        if (input_.flag()) {
          item.max_frame_bytes = input_.number();
          item.max_message_bytes = static_cast<std::uint32_t>(input_.number());
          item.max_aliases = input_.number();
        } else {
          item.max_frame_bytes = kOptions.max_frame_bytes;
          item.max_message_bytes = 1'500;
        }
    }
    builder.add(encode(item));
  }

  void add_message(FrameBuilder& builder) {
    Item item;
    const auto name = [this](std::string_view& text, serialization::Alias& alias) {
      const unsigned how = input_.byte();
      if (how % 3 == 0) {
        alias.number = how / 3 % 6;
        return;
      }
      alias = {.number = how / 6 % 6, .is_new = how % 3 == 1};
      if (!alias.is_new) {
        alias = {};
      }
      text = input_.text();
    };
    name(item.to, item.to_alias);
    name(item.from, item.from_alias);
    name(item.type, item.type_alias);
    item.payload = input_.text();
    builder.add(encode(item));
  }

  void add_whole_in_parts(FrameBuilder& builder) {
    const std::string message = remoting::testing::encoded_message(input_.text());
    const std::uint64_t number = input_.below(6);
    const std::size_t size = 1 + input_.byte();
    for (std::size_t at = 0; at < message.size(); at += size) {
      builder.add(Part{.number = number,
                       .total = message.size(),
                       .offset = at,
                       .bytes = std::string_view(message).substr(at, size)});
    }
  }

  void send(Other& other) {
    const std::uint8_t how = input_.byte();
    std::string text = std::to_string(++last_parcel_) + " ";
    text.resize(text.size() + 8 * (how / 16), 'x');
    if (how % 16 == 15) {
      text.resize(1'000 + 4 * input_.byte(), 'x');
    }
    Parcel parcel = remoting::testing::parcel_of(text);
    parcel.must_go = how % 4 == 1;
    parcel.only_in_session = how % 8 == 2;
    parcel.session = how % 8 == 3 && other.is_up ? other.session : 0;
    if (how % 2 == 1) {
      parcel.lane = other.lanes[how / 2 % 2];
      parcel.after_all = how % 16 == 13;
    }
    waiting_.insert(text);
    protocol_.send(other.id, std::move(parcel), now_, actions_);
    protocol_.flush(now_, actions_);
    act();
  }

  void reopen(Other& other) {
    protocol_.writable(other.id, now_, actions_);
    act();
  }

  void advance(std::chrono::nanoseconds time) {
    const Time end = now_ + time;
    while (protocol_.next_wakeup() <= end) {
      now_ = std::max(now_, protocol_.next_wakeup());
      protocol_.tick(now_, actions_);
      act();
      require(protocol_.next_wakeup() > now_, "time goes on");
    }
    now_ = end;
  }

  void stop() {
    stopping_ = true;
    protocol_.stop(now_, actions_);
    act();
  }

  // Once nobody bothers the node any more.
  void recover() {
    for (Other& other : others_) {
      other.takes = true;
      reopen(other);
    }
    advance(kOptions.unreachable + kOptions.silence + kOptions.remember + 1s);
    require(protocol_.peers() == 0, "who says nothing is forgotten");
    require(waiting_.empty(), "what was to be sent to it is returned");

    Other& other = others_[0];
    other.own = {other.own.incarnation + 1'000'000, 1};
    other.heard = {};
    other.said = 0;
    say(other, proper_frame(other, control(ItemKind::hello, "node:1")));
    require(other.heard.incarnation == kIncarnation, "a hello is answered");
    say(other, proper_frame(other, control(ItemKind::hello, "node:1")));
    require(other.is_up, "who names the node's end has a session");
    delivered_.clear();
    say(other, proper_frame(other, remoting::testing::encoded_message("to the node")));
    require(delivered_ == std::vector<std::string>{"to the node"}, "its messages are delivered");
    const std::uint64_t before = other.taken;
    waiting_.insert("from the node");
    protocol_.send(other.id, remoting::testing::parcel_of("from the node"), now_, actions_);
    protocol_.flush(now_, actions_);
    act();
    require(waiting_.empty() && other.taken == before + 1, "it is sent messages");
    say(other, proper_frame(other));
  }

  static std::string proper_frame(const Other& other, const std::string& item = {}) {
    FrameBuilder builder(other.id.to_string(), right_header(other));
    if (!item.empty()) {
      builder.add(item);
    }
    return std::move(builder).finish();
  }

  // --- what the node does -------------------------------------------------------------------

  void act() {
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      Action action = std::move(actions_[i]);
      later_ = i + 1;
      std::visit([this](auto& one) { act(one); }, action);
    }
    actions_.clear();
  }

  void act(const Connect& action) {
    ++channels_[action.peer].opened;
    if (Other* const other = find(action.peer)) {
      other->has_channel = true;
    }
  }

  void act(const Disconnect& action) {
    require(channels_.erase(action.peer) == 1, "only a channel that was opened is closed");
    if (Other* const other = find(action.peer)) {
      other->has_channel = false;
    }
  }

  void act(SendFrame& action) {
    for (std::size_t i = later_; i < actions_.size(); ++i) {
      const auto* const next = std::get_if<SendFrame>(&actions_[i]);
      require(next == nullptr || next->peer != action.peer || next->session != action.session,
              "a channel has one frame in hand");
    }
    const auto frame = decoded(action.bytes);
    require(frame.has_value(), "the node's own frames can be read");
    require(frame->bad_items == 0 && frame->unknown_items == 0, "and all that is in them");
    require(frame->from == kSelf.to_string(), "a frame says who it is from");
    require(frame->header.from_session == SessionId{kIncarnation, action.session},
            "a frame is of its session");
    require(frame->carried == action.items, "a frame has as many items as its sender counts");
    require(action.kind == SendFrame::Kind::parcels || frame->carried == 0,
            "only parcels are carried");
    for (const Part& part : frame->parts) {
      require(part.total <= kOptions.max_message_bytes, "no message in parts is too large");
    }
    Other* const other = find(action.peer);
    if (other == nullptr) {
      protocol_.sent(action, now_, actions_);
      return;
    }
    // One that was on its way when its session ended meets no channel.
    if (!other->takes || !other->has_channel) {
      protocol_.refused(std::move(action), now_, actions_);
      return;
    }
    take(*other, *frame, action);
    protocol_.sent(action, now_, actions_);
  }

  void take(Other& other, const Frame& frame, const SendFrame& action) {
    require(action.session >= other.session, "sessions have growing numbers");
    if (other.session != action.session) {
      other.session = action.session;
      other.taken = 0;
    }
    require(frame.header.sequence == other.taken, "no frame of a session is left out");
    other.taken += frame.carried;
    if (other.heard != frame.header.from_session) {
      other.heard = frame.header.from_session;
      other.said = 0;
    }
    for (const Parcel& parcel : action.parcels) {
      forget(parcel);
    }
  }

  void act(const Deliver& action) {
    const Other* const other = find(action.from);
    require(other == nullptr || other->is_up, "only of a peer with a session is something taken");
    require(!stopping_, "a node that stops takes nothing");
    require(!action.items.empty(), "something is delivered");
    for (const Item& item : action.items) {
      require(static_cast<std::uint64_t>(item.kind) < serialization::kFirstControlKind &&
                  item.kind != ItemKind::part,
              "what is delivered is for actors");
      require(item.to.size() <= serialization::kMaxTextLength, "no text is too long");
      require(!item.to_alias.is_given() || item.to_alias.number < kOptions.max_aliases,
              "no alias is too large");
      // All of it is there to be read.
      delivered_.emplace_back(item.payload);
      item.others.each([&](std::string_view payload) { delivered_.emplace_back(payload); });
      read_ += std::string(item.to) + std::string(item.from) + std::string(item.type);
      read_.clear();
    }
  }

  void act(const Return& action) {
    require(!action.reason.empty(), "who gets something back is told why");
    for (const Parcel& parcel : action.parcels) {
      forget(parcel);
    }
  }

  void act(const NodeUp& action) {
    if (Other* const other = find(action.peer)) {
      require(!other->is_up, "a peer comes up once");
      other->is_up = true;
    }
  }

  void act(const NodeDown& action) {
    require(!action.reason.empty(), "a reason is told");
    if (Other* const other = find(action.peer)) {
      other->is_up = false;
    }
  }

  void act(const Reject& action) {
    require(action.count > 0 && !action.detail.empty(), "what is dropped is counted and told");
  }

  void forget(const Parcel& parcel) {
    require(waiting_.erase(remoting::testing::note_of(parcel)) == 1,
            "what was to be sent is handed to the network, or returned, once");
  }

  void check_limits() const {
    require(protocol_.peers() <= kOptions.max_peers, "a node has no more peers than it may have");
    require(channels_.size() == protocol_.peers(), "each peer has a channel");
    require(protocol_.strangers() <= protocol_.peers(), "strangers are peers");
  }

  struct Channel {
    unsigned opened = 0;
  };

  Input& input_;
  Protocol protocol_{kSelf, kIncarnation, kOptions};
  Time now_ = Time(1000s);
  Actions actions_;
  std::size_t later_ = 0;
  bool stopping_ = false;
  std::array<Other, 3> others_{Other{.id = NodeId("x", 1)}, Other{.id = NodeId("y", 1)},
                               Other{.id = NodeId("z", 1)}};
  std::map<NodeId, Channel> channels_;
  std::set<std::string> waiting_;
  std::vector<std::string> delivered_;
  std::string read_;
  unsigned last_parcel_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(fuzz::text_of(data, size));
  World(input).run();
  return 0;
}
