// A factory makes customers, who go to a barber's waiting room; who finds it full comes again. The
// barber sleeps when nobody waits. To make a customer, and to cut hair, takes a while drawn by lot.
// Each customer sees to it that it is served once, and not before its turn, the room that it never
// holds too many; the haircuts of the customers and of the barber are counted.
#include <atomic>
#include <deque>
#include <memory>

#include <spinoff/actor.hpp>

#include "savina/busy_wait.hpp"
#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::barber {
namespace {

constexpr std::uint64_t kSeed = 74'755;

struct Start {};
struct Enter {
  Ref customer;
};
struct Full {};
struct Wait {};
struct Next {};
struct Done {};
struct Returned {
  Ref customer;
};
struct Exit {};

/// What depends on the order of events.
struct Counts {
  std::atomic<std::int64_t> attempts = 0;
  std::atomic<std::int64_t> waits = 0;   // of customers
  std::atomic<std::int64_t> sleeps = 0;  // of the barber
};
using CountsPtr = std::shared_ptr<Counts>;

class Barber : public Actor {
 public:
  explicit Barber(Run& run) : run_(run), rate_(static_cast<std::uint64_t>(run["haircut"])) {}
  void on(const Enter& enter) {
    enter.customer << Start{};
    busy_wait(static_cast<std::int64_t>(random_.next(rate_)) + 10);
    enter.customer << Done{};
    ++haircuts_;
    sender() << Next{};
  }
  void on(const Wait& /*wait*/) {}  // sleeps
  void on(const Exit& /*exit*/) { stop(); }
  void post_stop() override { run_.report(haircuts_); }
  using Receives = Messages<Enter, Wait, Exit>;

 private:
  Run& run_;
  PseudoRandom random_{kSeed};
  std::uint64_t rate_;
  std::int64_t haircuts_ = 0;
};

class WaitingRoom : public Actor {
 public:
  WaitingRoom(const Run& run, CountsPtr counts, TypedRef<Barber> barber)
      : counts_(std::move(counts)),
        barber_(std::move(barber)),
        capacity_(static_cast<std::size_t>(run["room"])) {}
  void on(const Enter& enter) {
    ++counts_->attempts;
    if (waiting_.size() == capacity_) {
      enter.customer << Full{};
      return;
    }
    waiting_.push_back(enter.customer);
    if (barber_asleep_) {
      barber_asleep_ = false;
      self() << Next{};
    } else {
      ++counts_->waits;
      enter.customer << Wait{};
    }
  }
  void on(const Next& /*next*/) {
    if (waiting_.empty()) {
      ++counts_->sleeps;
      barber_asleep_ = true;
      barber_ << Wait{};
    } else {
      barber_ << Enter{waiting_.front()};
      waiting_.pop_front();
    }
  }
  void on(const Exit& /*exit*/) {
    if (!waiting_.empty()) {
      throw std::runtime_error("the room closes while customers wait");
    }
    barber_ << Exit{};
    stop();
  }
  using Receives = Messages<Enter, Next, Exit>;

 private:
  CountsPtr counts_;
  TypedRef<Barber> barber_;
  std::size_t capacity_;
  std::deque<Ref> waiting_;
  bool barber_asleep_ = true;
};

class Customer : public Actor {
 public:
  Customer(Run& run, std::size_t number) : run_(run), number_(number) {}
  void on(const Full& /*full*/) { parent() << Returned{self()}; }
  void on(const Wait& /*wait*/) {}
  void on(const Start& /*start*/) { ++starts_; }
  void on(const Done& /*done*/) {
    if (starts_ != 1) {
      throw std::runtime_error("a haircut is done that has begun " + std::to_string(starts_) +
                               " times");
    }
    parent() << Done{};
    stop();
  }
  void post_stop() override { run_.report(starts_, number_ + 1); }
  using Receives = Messages<Full, Wait, Start, Done>;

 private:
  Run& run_;
  std::size_t number_;
  std::int64_t starts_ = 0;
};

class Factory : public Actor {
 public:
  Factory(Run& run, TypedRef<WaitingRoom> room)
      : run_(run), room_(std::move(room)), rate_(static_cast<std::uint64_t>(run["production"])) {}
  void on(const Start& /*start*/) {
    for (std::int64_t i = 0; i < n_; ++i) {
      room_ << Enter{spawn<Customer>(std::ref(run_), static_cast<std::size_t>(i))};
      busy_wait(static_cast<std::int64_t>(random_.next(rate_)) + 10);
    }
  }
  void on(const Returned& returned) { room_ << Enter{returned.customer}; }
  void on(const Done& /*done*/) {
    if (++done_ == n_) {
      room_ << Exit{};
      stop();
    }
  }
  using Receives = Messages<Start, Returned, Done>;

 private:
  Run& run_;
  TypedRef<WaitingRoom> room_;
  PseudoRandom random_{kSeed};
  std::uint64_t rate_;
  std::int64_t n_ = run_["n"];
  std::int64_t done_ = 0;
};

Outcome barber(Run& run) {
  const std::int64_t n = run["n"];
  const auto counts = std::make_shared<Counts>();
  run.start(static_cast<std::size_t>(n) + 1);
  const auto barber = run.node().spawn<Barber>(std::ref(run));
  const auto room = run.node().spawn<WaitingRoom>(std::cref(run), CountsPtr(counts), barber);
  run.node().spawn<Factory>(std::ref(run), room) << Start{};
  const bool verified = run.wait() == 2 * n;
  run.add_figure("attempts", static_cast<double>(counts->attempts));
  // Entering, once or again: full, returned, enter. A haircut: the room's next, the barber's and
  // the customer's begin, done to the customer and to the factory. The first start and two exits.
  const std::int64_t messages =
      3 * counts->attempts - 2 * n + 5 * n + counts->waits + 2 * counts->sleeps + 3;
  return {.messages = static_cast<std::uint64_t>(messages), .verified = verified};
}

const Registration kRegistration({.name = "barber",
                                  .summary = "customers, a waiting room and a barber who sleeps",
                                  .parameters = {{"n", 5'000, 1, 10'000'000},
                                                 {"room", 1'000, 1, 10'000'000},
                                                 {"production", 1'000, 1, 65'536},
                                                 {"haircut", 1'000, 1, 65'536}},
                                  .run = barber});

}  // namespace
}  // namespace spinoff::bench::barber
