// n creatures come to a mall again and again, to meet. The mall brings two at a time together, who
// change their colors; after so many meetings it sends all who come home, and adds up how often
// each of them says that it met.
#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::chameneos {
namespace {

enum class Color : std::uint8_t { red, yellow, blue, faded };

Color complement(Color a, Color b) {
  if (a == Color::faded || b == Color::faded) {
    return Color::faded;
  }
  // Two of one color keep it; else both take the third.
  return a == b ? a : static_cast<Color>(3 - static_cast<int>(a) - static_cast<int>(b));
}

struct Meet {
  Color color;
};
struct Change {
  Color color;
};
struct Exit {};
struct MeetingCount {
  std::int64_t count;
};

class Creature : public Actor {
 public:
  Creature(Ref mall, Color color) : mall_(std::move(mall)), color_(color) {}
  void pre_start() override { mall_ << Meet{color_}; }
  void on(const Meet& other) {
    color_ = complement(color_, other.color);
    sender() << Change{color_};
    meet_again();
  }
  void on(const Change& change) {
    color_ = change.color;
    meet_again();
  }
  void on(const Exit& /*exit*/) {
    color_ = Color::faded;
    sender() << MeetingCount{meetings_};
    stop();
  }
  using Receives = Messages<Meet, Change, Exit>;

 private:
  void meet_again() {
    ++meetings_;
    mall_ << Meet{color_};
  }

  Ref mall_;
  Color color_;
  std::int64_t meetings_ = 0;
};

class Mall : public Actor {
 public:
  explicit Mall(Run& run) : run_(run) {}
  void pre_start() override {
    for (std::int64_t i = 0; i < creatures_; ++i) {
      spawn<Creature>(Ref(self()), static_cast<Color>(i % 3));
    }
  }
  void on(const Meet& /*meet*/) {
    if (meetings_left_ == 0) {
      sender() << Exit{};
    } else if (!waiting_) {
      waiting_ = sender();
    } else {
      --meetings_left_;
      forward(waiting_);
      waiting_ = Ref();
    }
  }
  void on(const MeetingCount& meetings) {
    sum_ += meetings.count;
    if (++faded_ == creatures_) {
      stop();
    }
  }
  void post_stop() override { run_.report(sum_); }
  using Receives = Messages<Meet, MeetingCount>;

 private:
  Run& run_;
  std::int64_t creatures_ = run_["n"];
  std::int64_t meetings_left_ = run_["meetings"];
  Ref waiting_;
  std::int64_t sum_ = 0;
  std::int64_t faded_ = 0;
};

Outcome chameneos(Run& run) {
  run.start();
  run.node().spawn<Mall>(std::ref(run));
  const std::int64_t n = run["n"];
  const std::int64_t meetings = run["meetings"];
  // A meeting: both came to the mall, it brought one to the other, who told the first of the
  // change. At the end each comes once more, and is sent home, and tells its count.
  return {.messages = static_cast<std::uint64_t>(4 * meetings + 3 * n),
          .verified = run.wait() == 2 * meetings};
}

const Registration kRegistration({.name = "chameneos",
                                  .summary = "creatures meet in pairs, through one actor",
                                  .parameters = {{"n", 100, 2, 1'000'000},
                                                 {"meetings", 200'000, 0, 1'000'000'000}},
                                  .run = chameneos});

}  // namespace
}  // namespace spinoff::bench::chameneos
