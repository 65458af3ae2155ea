/// What senders write for another node, as the other node reads it.
#include "outbox.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/remoting/alias_texts.hpp>
#include <spinoff/serializable.hpp>

#include "engine/manual_node.hpp"
#include "intake.hpp"

namespace {

using spinoff::NodeId;
using spinoff::Ref;
using spinoff::Uri;
using spinoff::detail::Envelope;
using spinoff::detail::EnvelopePtr;
using spinoff::detail::RefAccess;
using spinoff::detail::Sender;
using spinoff::engine::NameTarget;
using spinoff::remoting::Aliases;
using spinoff::remoting::AliasTexts;
using spinoff::remoting::BufferPool;
using spinoff::remoting::Intake;
using spinoff::remoting::NodeUp;
using spinoff::remoting::Outbox;
using spinoff::remoting::Parcel;
using spinoff::remoting::UnsentMessages;
using spinoff::serialization::Alias;
using spinoff::serialization::Frame;
using spinoff::serialization::FrameBuilder;
using spinoff::serialization::FrameBytes;
using spinoff::serialization::Item;
using spinoff::serialization::ItemKind;
using spinoff::testing::ManualNode;

struct One {
  int number = 0;
  MSGPACK_DEFINE(number)
};
struct Other {
  int number = 0;
  MSGPACK_DEFINE(number)
};

/// A message as it was meant, or as it was read.
struct Seen {
  std::string to;
  std::string from;
  std::string type;
  std::string payload;

  friend bool operator==(const Seen&, const Seen&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Seen& seen) {
    return out << seen.from << " to " << seen.to << ": " << seen.type << " " << seen.payload;
  }
};

/// Reads batches as the protocol does.
class OtherEnd {
 public:
  explicit OtherEnd(std::size_t max_aliases) : max_aliases_(max_aliases) {}

  std::vector<Seen> read(const Parcel& parcel) {
    FrameBuilder builder("127.0.0.1:1", {});
    builder.add(parcel.items, parcel.count);
    const std::string bytes = std::move(builder).finish();
    const auto decoded = spinoff::serialization::decode_frame(bytes, {});
    BOOST_TEST_REQUIRE(std::holds_alternative<Frame>(decoded));
    const Frame& frame = std::get<Frame>(decoded);
    BOOST_TEST_REQUIRE(frame.items.size() == parcel.count);
    std::vector<Seen> seen;
    for (const Item& item : frame.items) {
      seen.push_back(read(item));
    }
    return seen;
  }

 private:
  Seen read(Item item) {
    aliases_.receivers.begin_frame();
    aliases_.senders.begin_frame();
    aliases_.types.begin_frame();
    const std::string payload(item.payload);
    BOOST_TEST_REQUIRE(aliases_.receivers.apply(item.to_alias, item.to, max_aliases_));
    BOOST_TEST_REQUIRE(aliases_.senders.apply(item.from_alias, item.from, max_aliases_));
    BOOST_TEST_REQUIRE(aliases_.types.apply(item.type_alias, item.type, max_aliases_));
    return {std::string(item.to), std::string(item.from), std::string(item.type), payload};
  }

  const std::size_t max_aliases_;
  Aliases aliases_;
};

/// Actors at both ends and the outbox between them.
class Ends {
  ManualNode node_;
  const NodeId here_{NodeId::parse("127.0.0.1:1")};
  const NodeId there_{NodeId::parse("127.0.0.1:2")};

 public:
  static constexpr std::size_t kActors = 40;

  Ends() {
    for (std::size_t i = 0; i < kActors; ++i) {
      receivers.push_back(name(there_, "/to-" + std::to_string(i)));
      senders.push_back(name(here_, "/from-" + std::to_string(i)));
    }
  }

  static constexpr std::size_t kStraight = 10'000;

  void begin_session(std::uint64_t number, std::size_t max_aliases,
                     std::size_t max_item_bytes = 1'000'000) {
    outbox->begin_session(NodeUp{.peer = there_,
                                 .incarnation = 1,
                                 .session = number,
                                 .max_aliases = max_aliases,
                                 .max_item_bytes = max_item_bytes,
                                 .max_straight_bytes = kStraight});
  }

  /// As HubTransport does. False if there is no room.
  bool write(const Ref& to, const Ref& from, const Envelope& envelope, const std::string& payload) {
    auto& target = static_cast<NameTarget&>(*RefAccess::target(to));
    const std::string path = from ? from.uri().path() : std::string();
    FrameBytes memory({}, Outbox::kRoomForHeads);
    memory.end() += payload;
    Outbox::Message message{.to = target,
                            .generation = target.generation(),
                            .path = target.uri().path(),
                            .sender = {},
                            .is_sender_known = !from,
                            .envelope = envelope,
                            .payload = memory,
                            .memory = &memory};
    Outbox::Written written = outbox->write(message);
    if (written == Outbox::Written::wants_sender) {
      message.sender = path;
      message.is_sender_known = true;
      written = outbox->write(message);
    }
    taken += memory.empty() && !payload.empty() ? 1 : 0;
    return written == Outbox::Written::yes;
  }
  /// How often the payload's memory was.
  std::atomic<std::size_t> taken = 0;

  static EnvelopePtr envelope_of(bool one, const Ref& from) {
    const Sender sender = RefAccess::sender(from);
    return one ? Envelope::make<One>(sender) : Envelope::make<Other>(sender);
  }

  std::vector<Ref> receivers;
  std::vector<Ref> senders;
  std::shared_ptr<Intake> intake = std::make_shared<Intake>();
  std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>(
      there_, intake, std::make_shared<BufferPool>(),
      Outbox::Limits{.queue = {.bytes = std::size_t{1} << 30U}, .batch_bytes = 65'536});

  ~Ends() { intake->close(); }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

 private:
  Ref name(const NodeId& node, const std::string& path) {
    return NameTarget::make(node_.core().anchor(), Uri(node, path));
  }
};

std::string type_name(bool one) {
  return std::string(one ? spinoff::detail::message_type<One>().name
                         : spinoff::detail::message_type<Other>().name);
}

std::vector<Parcel> take(Outbox& outbox) {
  std::vector<Parcel> parcels;
  outbox.take(parcels);
  return parcels;
}

// Runs of messages alike, and changes, in an order that depends on the seed alone.
void write_and_read(std::size_t max_aliases, unsigned seed) {
  Ends ends;
  ends.begin_session(1, max_aliases);
  OtherEnd other_end(max_aliases);
  std::vector<Seen> meant;
  std::vector<Seen> read;
  const auto read_all = [&] {
    for (const Parcel& parcel : take(*ends.outbox)) {
      std::ranges::copy(other_end.read(parcel), std::back_inserter(read));
    }
  };
  std::minstd_rand random(seed);
  std::size_t to = 0;
  std::size_t from = 0;
  bool one = true;
  bool anonymous = false;
  for (int i = 0; i < 3'000; ++i) {
    switch (random() % 12) {
      case 0:
        to = random() % Ends::kActors;
        break;
      case 1:
        from = random() % Ends::kActors;
        break;
      case 2:
        one = !one;
        break;
      case 3:
        anonymous = !anonymous;
        break;
      default:
        break;
    }
    const Ref sender = anonymous ? Ref() : ends.senders[from];
    const std::size_t size = random() % 50 == 0 ? Ends::kStraight - 500 : random() % 300;
    const std::string payload(size, static_cast<char>('a' + i % 26));
    BOOST_TEST_REQUIRE(
        ends.write(ends.receivers[to], sender, *Ends::envelope_of(one, sender), payload));
    meant.push_back({ends.receivers[to].uri().path(), sender ? sender.uri().path() : std::string(),
                     type_name(one), payload});
    if (random() % 100 == 0) {
      read_all();
    }
  }
  read_all();
  BOOST_TEST(read == meant, boost::test_tools::per_element());
  BOOST_TEST(ends.taken > 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbox)

BOOST_AUTO_TEST_CASE(R07_what_is_written_is_read_whatever_numbers_there_are) {
  for (const std::size_t max_aliases : std::initializer_list<std::size_t>{0, 1, 2, 3, 16, 1024}) {
    BOOST_TEST_CONTEXT("at most " << max_aliases << " numbers") {
      for (unsigned seed = 1; seed <= 5; ++seed) {
        write_and_read(max_aliases, seed);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(R07_a_new_session_knows_no_number_of_the_one_before) {
  Ends ends;
  const auto write = [&] {
    BOOST_TEST_REQUIRE(ends.write(ends.receivers[0], ends.senders[0],
                                  *Ends::envelope_of(true, ends.senders[0]), "p"));
  };
  for (std::uint64_t session = 1; session <= 2; ++session) {
    ends.begin_session(session, 16);
    write();
    write();
    const std::vector<Parcel> parcels = take(*ends.outbox);
    BOOST_TEST_REQUIRE(parcels.size() == 1U);
    BOOST_TEST(parcels.front().session == session);
    BOOST_TEST(OtherEnd(16).read(parcels.front()).size() == 2U);
  }
  ends.outbox->end_session();
  write();
  const std::vector<Parcel> parcels = take(*ends.outbox);
  BOOST_TEST_REQUIRE(parcels.size() == 1U);
  BOOST_TEST(parcels.front().session == 0U);
  BOOST_TEST(OtherEnd(0).read(parcels.front()).front().to == "/to-0");
}

// It may come back as too large, and what it said of numbers with it.
BOOST_AUTO_TEST_CASE(R07_a_message_that_fits_into_no_batch_gives_no_numbers) {
  Ends ends;
  constexpr std::size_t kMostBytes = 900;
  ends.begin_session(1, 16, kMostBytes);
  const Ref& sender = ends.senders[0];
  const auto write = [&](const std::string& payload) {
    BOOST_TEST_REQUIRE(
        ends.write(ends.receivers[0], sender, *Ends::envelope_of(true, sender), payload));
  };
  write(std::string(kMostBytes, 'x'));
  write("small");
  write(std::string(kMostBytes, 'x'));
  write("again");
  OtherEnd other_end(16);
  std::vector<std::string> read;
  for (const Parcel& parcel : take(*ends.outbox)) {
    if (parcel.items.size() <= kMostBytes) {
      for (const Seen& seen : other_end.read(parcel)) {
        BOOST_TEST(seen.to == "/to-0");
        BOOST_TEST(seen.from == "/from-0");
        read.push_back(seen.payload);
      }
    }
  }
  const std::vector<std::string> meant{"small", "again"};
  BOOST_TEST(read == meant, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(R07_a_number_that_is_given_again_has_another_meaning) {
  AliasTexts texts;
  const auto meaning_of = [&](std::uint32_t number, std::string_view text, bool is_new) {
    Alias alias{.number = number, .is_new = is_new};
    BOOST_TEST(texts.apply(alias, text, 16));
    return alias.meaning;
  };
  const std::uint32_t first = meaning_of(3, "/x", true);
  BOOST_TEST(meaning_of(3, {}, false) == first);
  const std::uint32_t second = meaning_of(3, "/y", true);
  BOOST_TEST(second != first);
  BOOST_TEST(second != 0U);
  BOOST_TEST(meaning_of(3, {}, false) == second);
}

BOOST_AUTO_TEST_CASE(R02_a_batch_that_comes_back_has_all_its_messages_in_order) {
  Ends ends;
  ends.begin_session(1, 16);
  constexpr std::size_t kMessages = 100;
  for (std::size_t i = 0; i < kMessages; ++i) {
    const std::size_t actor = i / 10 % 3;
    const Ref sender = i % 20 < 5 ? Ref() : ends.senders[actor];
    BOOST_TEST_REQUIRE(ends.write(ends.receivers[actor], sender,
                                  *Ends::envelope_of(i % 2 == 0, sender), std::to_string(i)));
  }
  const std::vector<Parcel> parcels = take(*ends.outbox);
  std::size_t i = 0;
  for (const Parcel& parcel : parcels) {
    auto* const unsent = dynamic_cast<UnsentMessages*>(parcel.keepsake.get());
    BOOST_TEST_REQUIRE(unsent != nullptr);
    unsent->give_back(parcel.items, [&](const Ref& to, const EnvelopePtr& message) {
      const std::size_t actor = i / 10 % 3;
      BOOST_TEST((to.uri() == ends.receivers[actor].uri()));
      BOOST_TEST(message->as<spinoff::engine::Encoded>().payload() == std::to_string(i));
      BOOST_TEST(message->as<spinoff::engine::Encoded>().type->name == type_name(i % 2 == 0));
      const Sender sender = message->sender();
      BOOST_TEST((sender.target == nullptr) == (i % 20 < 5));
      BOOST_TEST(
          (sender.target == nullptr || sender.target == RefAccess::target(ends.senders[actor])));
      ++i;
    });
  }
  BOOST_TEST(i == kMessages);
}

BOOST_AUTO_TEST_CASE(M02_what_follows_a_large_message_to_its_receiver_is_of_its_lane) {
  Ends ends;
  ends.begin_session(1, 16);
  const auto write = [&](std::size_t to, const std::string& payload) {
    BOOST_TEST_REQUIRE(ends.write(ends.receivers[to], ends.senders[0],
                                  *Ends::envelope_of(true, ends.senders[0]), payload));
  };
  write(0, "before");
  write(0, std::string(Ends::kStraight, 'x'));
  write(0, "behind");
  write(1, "other");
  write(1, "other");
  {
    const std::vector<Parcel> parcels = take(*ends.outbox);
    BOOST_TEST_REQUIRE(parcels.size() == 4U);
    BOOST_TEST(parcels[0].lane == nullptr);
    BOOST_TEST(parcels[1].lane != nullptr);
    BOOST_TEST(parcels[2].lane == parcels[1].lane);
    BOOST_TEST(parcels[3].lane == nullptr);
    BOOST_TEST(parcels[3].count == 2U);
    // They may arrive in another order, so these need no numbers, and give none.
    for (const std::size_t i : {1UL, 2UL}) {
      BOOST_TEST(parcels[i].session == 0U);
      BOOST_TEST(OtherEnd(0).read(parcels[i]).front().to == "/to-0");
    }
    OtherEnd other_end(16);
    BOOST_TEST(other_end.read(parcels[0]).front().payload == "before");
    BOOST_TEST(other_end.read(parcels[3]).front().to == "/to-1");
  }
  // All of its lane is gone.
  write(0, "afterwards");
  const std::vector<Parcel> parcels = take(*ends.outbox);
  BOOST_TEST_REQUIRE(parcels.size() == 1U);
  BOOST_TEST(parcels.front().lane == nullptr);
  BOOST_TEST(parcels.front().session == 1U);
}

BOOST_AUTO_TEST_CASE(W07_the_end_of_an_actor_has_a_lane_while_any_is_open) {
  Ends ends;
  ends.begin_session(1, 16);
  const auto post = [&](ItemKind kind) {
    BOOST_TEST_REQUIRE(!ends.outbox->post(
        Parcel{.items = encode(Item{.kind = kind, .to = "/watcher", .from = "/from-0"}),
               .must_go = true,
               .after_all = kind == ItemKind::terminated}));
  };
  post(ItemKind::terminated);
  BOOST_TEST_REQUIRE(ends.write(ends.receivers[0], Ref(), *Ends::envelope_of(true, Ref()),
                                std::string(Ends::kStraight, 'x')));
  post(ItemKind::watch);
  post(ItemKind::terminated);
  post(ItemKind::watch);
  const std::vector<Parcel> parcels = take(*ends.outbox);
  BOOST_TEST_REQUIRE(parcels.size() == 5U);
  BOOST_TEST(parcels[0].lane == nullptr);
  BOOST_TEST(parcels[2].lane == nullptr);
  BOOST_TEST(parcels[3].lane != nullptr);
  BOOST_TEST(parcels[3].lane != parcels[1].lane);
  BOOST_TEST(parcels[4].lane == parcels[3].lane);
}

// Writers race with the one who takes, and with sessions that begin and end. Whatever is taken can
// be read by itself, each writer's messages are all there, and in order.
BOOST_AUTO_TEST_CASE(R07_many_writers_lose_nothing_and_keep_their_order) {
  constexpr int kWriters = 4;
  constexpr int kEach = 20'000;
  Ends ends;
  std::atomic<int> writing{kWriters};
  std::array<int, kWriters> next{};
  std::vector<std::jthread> writers;
  for (std::size_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      const Ref sender = ends.senders[writer];
      for (int i = 0; i < kEach; ++i) {
        const EnvelopePtr envelope = Ends::envelope_of(i % 50 < 40, sender);
        static_cast<void>(ends.write(ends.receivers[static_cast<std::size_t>(i / 100 % 7)], sender,
                                     *envelope, std::to_string(i)));
      }
      --writing;
    });
  }
  constexpr std::size_t kAliases = 3;
  std::map<std::uint64_t, OtherEnd> other_ends;  // by session; 0 outside of any
  std::uint64_t round = 0;
  // The last round comes after the last writer has ended.
  for (bool is_last = false; !is_last;) {
    is_last = writing == 0;
    const std::vector<Parcel> parcels = take(*ends.outbox);
    for (const Parcel& parcel : parcels) {
      OtherEnd& other_end =
          other_ends.try_emplace(parcel.session, parcel.session == 0 ? 0 : kAliases).first->second;
      for (const Seen& seen : other_end.read(parcel)) {
        const auto writer = static_cast<std::size_t>(seen.from.back() - '0');
        BOOST_TEST_REQUIRE(seen.payload == std::to_string(next.at(writer)));
        ++next.at(writer);
      }
    }
    if (++round % 2 == 0) {
      ends.outbox->end_session();
    } else {
      ends.begin_session(round, kAliases);
    }
  }
  BOOST_TEST(std::ranges::all_of(next, [](int count) { return count == kEach; }));
}

BOOST_AUTO_TEST_SUITE_END()
