/// What is taken for a node that does not take it as fast, and who waits for room.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/engine/name_target.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/timer_thread.hpp>
#include <spinoff/serialization/wire.hpp>

#include "intake.hpp"
#include "outbox.hpp"
#include "parcels.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::remoting;
using namespace std::chrono_literals;
using remoting::testing::parcel_that_must_go;
using Texts = std::vector<std::string>;

/// An outbox, and what the I/O thread would do with it.
class Box {
 public:
  explicit Box(const QueueLimits& limits)
      : outbox(std::make_shared<Outbox>(NodeId("b", 1), intake, std::make_shared<BufferPool>(),
                                        Outbox::Limits{.queue = limits, .batch_bytes = 1000})) {}
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  ~Box() {
    intake->close();
    node_.stop(30s);
  }

  void begin_session() {
    outbox->begin_session({.peer = NodeId("b", 1), .session = 1, .max_item_bytes = 1'000'000});
  }
  [[nodiscard]] OutgoingMessage message(std::string_view text) const {
    return {.to = *detail::RefAccess::target(to_),
            .generation = detail::RefAccess::generation(to_),
            .path = "/x",
            .sender = {},
            .is_sender_known = true,
            .envelope = *envelope_,
            .payload = text};
  }
  bool write(std::string_view text) { return outbox->write(message(text)) == Outbox::Written::yes; }
  /// The texts that have come, which then have left if `leave` says so.
  Texts take(bool leave = true) {
    std::vector<Parcel> parcels;
    if (const auto high = outbox->take(parcels)) {
      highs.push_back(*high);
    }
    Texts texts;
    Load load;
    for (const Parcel& parcel : parcels) {
      read(parcel, texts);
      if (parcel.counts_at != nullptr) {
        load.messages += parcel.count;
        load.bytes += parcel.cost;
      }
    }
    if (leave && load.messages > 0) {
      outbox->left(load);
    }
    return texts;
  }

  const std::shared_ptr<Intake> intake = std::make_shared<Intake>();
  const std::shared_ptr<Outbox> outbox;
  std::vector<Load> highs;

 private:
  static void read(const Parcel& parcel, Texts& texts) {
    serialization::FrameBuilder builder("a:1", {{1, 1}, {1, 1}, 0});
    builder.add(parcel.items, parcel.count);
    const std::string bytes = std::move(builder).finish();
    const auto frame = serialization::decode_frame(bytes, {});
    for (const auto& item : std::get<serialization::Frame>(frame).items) {
      texts.emplace_back(item.payload);
    }
  }

  engine::NodeCore node_{{}, engine::make_tbb_executor(1), std::make_unique<engine::TimerThread>()};
  const Ref to_ = engine::NameTarget::make(node_.anchor(), Uri(NodeId("b", 1), "/x"));
  const detail::EnvelopePtr envelope_ = detail::Envelope::make<int>(detail::Sender{}, 0);
};

/// What became of one who waits.
struct Fate {
  std::atomic<int> came_in = 0;
  std::atomic<int> ended = 0;
  std::binary_semaphore told{0};
};

class Waits final : public WaitingMessage {
 public:
  Waits(std::uint64_t number, const Box& box, std::string text, std::shared_ptr<Fate> fate)
      : WaitingMessage(number), box_(box), text_(std::move(text)), fate_(std::move(fate)) {}

  [[nodiscard]] OutgoingMessage message() const override { return box_.message(text_); }
  [[nodiscard]] std::size_t bytes() const noexcept override { return Outbox::bytes_of(text_); }
  void came_in() noexcept override {
    ++fate_->came_in;
    fate_->told.release();
  }
  void ended(const std::string& /*reason*/) noexcept override {
    ++fate_->ended;
    fate_->told.release();
  }

 private:
  const Box& box_;
  const std::string text_;
  const std::shared_ptr<Fate> fate_;
};

/// One whose message is in the line.
std::shared_ptr<Fate> join(Box& box, std::uint64_t number, std::string text) {
  auto fate = std::make_shared<Fate>();
  std::unique_ptr<WaitingMessage> waits =
      std::make_unique<Waits>(number, box, std::move(text), fate);
  BOOST_TEST((box.outbox->enter(waits) == Entered::waits));
  return fate;
}

void check_texts(const Texts& texts, const Texts& expected) {
  BOOST_TEST(texts == expected, boost::test_tools::per_element());
}

constexpr QueueLimits kThree{.messages = 3, .bytes = 100'000, .high_water_mark = 0};

// About what the messages need besides.
constexpr std::size_t kMuch = 10'000;

// ---- The stress test.

constexpr int kSenders = 4;
constexpr int kEach = 2'000;

std::string text_of(int sender, int number) {
  return std::to_string(sender) + " " + std::to_string(number) + " " +
         std::string(static_cast<std::size_t>(number % 7) * 20, 'x');
}

struct Counts {
  std::atomic<std::uint64_t> last_number{0};
  std::atomic<int> given_up{0};
  std::atomic<int> ended{0};
  std::atomic<int> refused{0};
  /// Were told never, or twice.
  std::atomic<int> wrong{0};
  std::atomic<int> done{0};
};

void send_all(Box& box, int sender, Counts& counts) {
  std::minstd_rand random(static_cast<unsigned>(sender) + 1);
  for (int i = 0; i < kEach; ++i) {
    const auto fate = std::make_shared<Fate>();
    std::unique_ptr<WaitingMessage> waits =
        std::make_unique<Waits>(++counts.last_number, box, text_of(sender, i), fate);
    const std::uint64_t number = waits->number();
    const Entered entered = box.outbox->enter(waits);
    if (entered == Entered::refused) {
      ++counts.refused;
    } else if (entered == Entered::waits) {
      if (random() % 5 == 0 && box.outbox->leave_line(number)) {
        ++counts.given_up;
        continue;
      }
      if (!fate->told.try_acquire_for(30s) || fate->came_in + fate->ended != 1) {
        ++counts.wrong;
        break;
      }
      counts.ended += fate->ended;
    }
  }
  ++counts.done;
}

// Of each sender in order, and none twice.
void check_order(const Texts& texts) {
  std::array<int, kSenders> last{};
  last.fill(-1);
  for (const std::string& text : texts) {
    const int sender = std::stoi(text);
    const int number = std::stoi(text.substr(text.find(' ')));
    int& before = last.at(static_cast<std::size_t>(sender));
    BOOST_TEST_REQUIRE(before < number);
    before = number;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbox_room)

BOOST_AUTO_TEST_CASE(R10_a_message_counts_until_it_has_left) {
  Box box(kThree);
  box.begin_session();
  for (const char* text : {"1", "2", "3"}) {
    BOOST_TEST(box.write(text));
  }
  BOOST_TEST(!box.write("4"));
  check_texts(box.take(false), {"1", "2", "3"});
  BOOST_TEST(!box.write("5"));
  BOOST_TEST(box.outbox->refusal().starts_with(
      "not sent to b:1: it is not up, or takes messages too slowly; 3 ("));
  box.outbox->left({.messages = 1, .bytes = 1});
  BOOST_TEST(box.write("6"));
  BOOST_TEST(!box.write("7"));
}

BOOST_AUTO_TEST_CASE(R10_what_comes_in_and_what_leaves_are_the_same_in_bytes) {
  Box box({.messages = 1000, .bytes = kMuch, .high_water_mark = 0});
  for (int round = 0; round < 20; ++round) {
    if (round == 10) {
      box.begin_session();
    }
    std::size_t taken = 0;
    while (taken < 1000 && box.write(std::string(500, 'x'))) {
      ++taken;
    }
    BOOST_TEST(taken >= 10U);
    BOOST_TEST(taken < 20U);
    auto parcel = remoting::testing::parcel_of("by itself");
    BOOST_TEST(!box.outbox->post(std::move(parcel)).has_value());
    BOOST_TEST(box.take().size() == taken + 1);
  }
}

BOOST_AUTO_TEST_CASE(W07_what_must_go_is_taken_though_there_is_no_room_and_takes_none) {
  Box box(kThree);
  for (const char* text : {"1", "2", "3"}) {
    BOOST_TEST(!box.outbox->post(parcel_that_must_go(text)).has_value());
    BOOST_TEST(box.write(text));
  }
  BOOST_TEST(!box.write("4"));
  const auto fate = join(box, 1, "5");
  BOOST_TEST(!box.outbox->post(parcel_that_must_go("6")).has_value());
  check_texts(box.take(), {"1", "1", "2", "2", "3", "3", "6"});
  check_texts(box.take(), {"5"});
}

BOOST_AUTO_TEST_CASE(R10_who_waits_comes_in_when_there_is_room_in_order) {
  Box box(kThree);
  box.begin_session();
  for (const char* text : {"1", "2", "3"}) {
    BOOST_TEST(box.write(text));
  }
  const std::array fates{join(box, 1, "4"), join(box, 2, "5"), join(box, 3, "6"),
                         join(box, 4, "7")};
  check_texts(box.take(false), {"1", "2", "3"});
  BOOST_TEST(fates[0]->came_in == 0);
  box.outbox->left({.messages = 2, .bytes = 2});
  BOOST_TEST(fates[0]->came_in == 1);
  BOOST_TEST(fates[1]->came_in == 1);
  BOOST_TEST(fates[2]->came_in == 0);
  check_texts(box.take(false), {"4", "5"});
  box.outbox->left({.messages = 3, .bytes = 3});
  BOOST_TEST(fates[3]->came_in == 1);
  BOOST_TEST(box.write("8"));
  check_texts(box.take(false), {"6", "7", "8"});
}

BOOST_AUTO_TEST_CASE(R10_nobody_overtakes_those_who_wait) {
  Box box({.messages = 100, .bytes = kMuch, .high_water_mark = 0});
  box.begin_session();
  BOOST_TEST(box.write(std::string(9'000, 'x')));
  const auto fate = join(box, 1, std::string(5'000, 'y'));
  BOOST_TEST(!box.write("small"));
  BOOST_TEST(box.take().size() == 1U);
  BOOST_TEST(fate->came_in == 1);
  BOOST_TEST(box.write("small"));
  BOOST_TEST(box.take().size() == 2U);
}

BOOST_AUTO_TEST_CASE(R10_who_gives_up_was_not_sent_and_lets_smaller_ones_in) {
  Box box({.messages = 100, .bytes = kMuch, .high_water_mark = 0});
  box.begin_session();
  BOOST_TEST(box.write(std::string(9'000, 'x')));
  const auto large = join(box, 1, std::string(5'000, 'y'));
  const auto small = join(box, 2, "small");
  BOOST_TEST(small->came_in == 0);
  BOOST_TEST(box.outbox->leave_line(1));
  BOOST_TEST(!box.outbox->leave_line(1));
  BOOST_TEST(small->came_in == 1);
  BOOST_TEST(!box.outbox->leave_line(2));
  BOOST_TEST(box.take().size() == 2U);
  BOOST_TEST(large->came_in + large->ended == 0);
}

BOOST_AUTO_TEST_CASE(R10_those_who_wait_are_told_of_the_end) {
  Box box(kThree);
  for (const char* text : {"1", "2", "3"}) {
    BOOST_TEST(box.write(text));
  }
  const auto fate = join(box, 1, "4");
  box.outbox->end_line("it is down");
  BOOST_TEST(fate->ended == 1);
  BOOST_TEST(!box.outbox->leave_line(1));
  check_texts(box.take(), {"1", "2", "3"});
  BOOST_TEST(box.write("5"));
  box.outbox->close();
  auto late = std::make_shared<Fate>();
  std::unique_ptr<WaitingMessage> waits = std::make_unique<Waits>(2, box, "6", late);
  BOOST_TEST((box.outbox->enter(waits) == Entered::refused));
  BOOST_TEST(box.outbox->refusal() == "this node is stopping");
  BOOST_TEST(late->came_in + late->ended == 0);
}

BOOST_AUTO_TEST_CASE(R10_a_high_water_mark_is_told_to_whoever_takes) {
  Box box({.messages = 10, .bytes = 100'000, .high_water_mark = 0.5});
  box.begin_session();
  for (int i = 0; i < 7; ++i) {
    box.write("x");
  }
  box.take(false);
  box.write("x");
  box.take(false);
  BOOST_TEST_REQUIRE(box.highs.size() == 1U);
  BOOST_TEST(box.highs[0].messages == 5U);
}

BOOST_AUTO_TEST_CASE(R10_no_wake_up_is_lost_and_no_message_sent_twice) {
  Box box({.messages = 5, .bytes = 1'000, .high_water_mark = 0.5});
  Counts counts;
  Texts texts;
  {
    std::vector<std::jthread> senders;
    senders.reserve(kSenders);
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([&box, &counts, sender] { send_all(box, sender, counts); });
    }
    std::minstd_rand random;
    while (counts.done < kSenders) {
      switch (random() % 100) {
        case 0:
          box.begin_session();
          break;
        case 1:
          box.outbox->end_session();
          box.outbox->end_line("it is down");
          break;
        default:
          break;
      }
      const Texts taken = box.take();
      texts.insert(texts.end(), taken.begin(), taken.end());
      std::this_thread::yield();
    }
  }
  const Texts rest = box.take();
  texts.insert(texts.end(), rest.begin(), rest.end());
  check_order(texts);
  BOOST_TEST(counts.wrong == 0);
  BOOST_TEST(counts.refused == 0);
  BOOST_TEST(static_cast<int>(texts.size()) + counts.given_up + counts.ended == kSenders * kEach);
}

BOOST_AUTO_TEST_SUITE_END()
