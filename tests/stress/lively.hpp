/// What actors and processes of a stress test do alike.
#pragma once

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <spinoff/spinoff.hpp>

#include "chances.hpp"
#include "life.hpp"
#include "send.hpp"

namespace spinoff::stress {

/// Spawns one of the kinds of actors, or a pool of them, below `parent`. (In actors.hpp.)
template <class Parent>
Ref spawn_somebody(Parent& parent, const Slot& slot, Dice& dice, const std::string& name);

template <class Base>
class Lively : public Base {
 public:
  void pre_start() override {
    const Turn turn(life_, "starts");
    life_.begin_instance(this->self());
    life_.world.board.put(life_.address(), life_.dice);
    fail_sometimes(life_.dice, 32);
    if (life_.dice.one_in(3)) {
      act(1);
    }
    instance_.start();
  }
  void post_stop() override {
    const Turn turn(life_, "has stopped");
    instance_.post_stop();
    if (life_.dice.one_in(2)) {
      send(1);
    }
    fail_sometimes(life_.dice, 16);
  }
  Task<> post_stop_async() override {
    const InFrame frame(life_);
    if (life_.dice.one_in(6)) {
      co_await sleep(life_.dice.up_to(std::chrono::milliseconds(2)));
      const Turn turn(life_, "has waited after its stop");
      send(1);
      fail_sometimes(life_.dice, 16);
    }
  }
  Decision supervise(const ChildError& error) override {
    const Turn turn(life_, "supervises");
    if (!life_.is_child(error.child)) {
      life_.report("is asked about " + error.child.to_string() + ", which it did not spawn");
    }
    fail_sometimes(life_.dice, 32);
    return some_decision(life_.dice);
  }

  using Base::spawn;
  using Base::spawn_pool;

 protected:
  // An actor handles all that comes, in order; a process picks.
  static constexpr bool kTakesAll = !std::is_base_of_v<Process, Base>;

  explicit Lively(Slot& slot) : life_(slot.life()), instance_(life_) {
    const Turn turn(life_, "is constructed");
    fail_sometimes(life_.dice, 48);
  }

  Life& life() { return life_; }
  /// What a handler begins with.
  void look_up_from_work() {
    if (instance_.is_over()) {
      life_.report("handles a message after its post_stop");
    }
  }

  void handle(const Parcel& parcel) {
    parcel.token.close(Fate::handled);
    if (parcel.about.ref && life_.dice.one_in(4)) {
      life_.world.board.put(parcel.about, life_.dice);
    }
    act(parcel.hops);
  }
  void handle(const Question& question) {
    question.token.close(Fate::handled);
    fail_sometimes(life_.dice, 8);
    if (!life_.dice.one_in(4)) {
      this->sender() << Answer();
    }
  }
  void handle(const Tick& tick) {
    tick.token.close(Fate::handled);
    life_.check(tick);
    fail_sometimes(life_.dice, 32);
  }
  void handle(const Terminated& end) {
    ++life_.world.ends_told;
    life_.told(end.actor, kTakesAll);
    fail_sometimes(life_.dice, 16);
    if (life_.dice.one_in(2)) {
      spawn_below(1);
    }
  }

  /// One thing, by chance. It leads to more only as long as there are hops.
  void act(unsigned hops) {
    Dice& dice = life_.dice;
    fail_sometimes(dice, 24);
    switch (dice.below(20)) {
      case 0:
      case 1:
      case 2:
        spawn_below(hops);
        return;
      case 3:
        watch_somebody(somebody());
        return;
      case 4:
        if (const Ref actor = dice.one_in(4) ? somebody() : life_.somebody_watched()) {
          life_.unwatch(actor);
          this->unwatch(actor);
        }
        return;
      case 5:
        end_somebody(somebody(), dice);
        return;
      case 6:
        set_timer();
        return;
      case 7:
        listen(hops);
        return;
      case 8:
        reply(hops);
        return;
      case 9:
        if (const Route route = life_.world.routes.pick(dice)) {
          route(life_.world, life_.id(), hops);
        }
        return;
      case 10:
        if (const Address to = life_.world.board.pick(dice); to.ref) {
          send_later(life_.world, life_.id(), to, dice);
        }
        return;
      case 11:
        // Nobody waits for the answer.
        static_cast<void>(somebody().template ask<Answer>(
            Question{Token(life_.world.ledger, "Question")}, std::chrono::milliseconds(1)));
        return;
      case 12:
        if (dice.one_in(5'000)) {
          life_.node.node->request_stop();
        }
        return;
      default:
        for (unsigned i = 0; i <= dice.below(2); ++i) {
          send(hops);
        }
        return;
    }
  }

  Ref somebody() { return life_.world.somebody(life_.dice).ref; }

  void send(unsigned hops) {
    if (hops == 0) {
      return;
    }
    const Ref to = somebody();
    if (life_.dice.one_in(6)) {
      to << Note{Token(life_.world.ledger, "Note"), life_.dice.below(4)};
    } else {
      send_parcel(to, hops);
    }
  }

 private:
  void send_parcel(const Ref& to, unsigned hops) {
    const auto parcel = [&](unsigned left) {
      return Parcel{.token = Token(life_.world.ledger, "Parcel"),
                    .from = life_.id(),
                    .number = life_.next_number(to),
                    .hops = left,
                    .about = life_.world.board.pick(life_.dice)};
    };
    to << parcel(hops - 1);
    if (life_.dice.one_in(3)) {
      to << parcel(0) << parcel(0);
    }
  }

  void spawn_below(unsigned hops) {
    static constexpr std::array<const char*, 3> kNames{"a", "b", "c"};
    if (life_.depth >= kDeepest || life_.node.roll.living() >= kMostActors) {
      send(hops);
      return;
    }
    const std::string name = life_.dice.one_in(3) ? life_.dice.pick(kNames) : "";
    const Slot slot(life_.world, life_.node, life_.depth + 1);
    Ref child;
    try {
      child = spawn_somebody(*this, slot, life_.dice, name);
    } catch (const NameConflict& error) {
      ++life_.world.names_taken;
      if (life_.is_free(name)) {
        life_.report(std::string("cannot use a name that is free: ") + error.what());
      }
      return;
    } catch (const SpawnFailed& error) {
      life_.report(std::string("cannot spawn, although it runs: ") + error.what());
      return;
    }
    life_.spawned(child, name);
    life_.world.board.put({child, &life_.node}, life_.dice);
    if (life_.dice.one_in(2)) {
      watch_somebody(child);
    }
    if (hops > 0) {
      send_parcel(child, hops);
    }
  }

  void watch_somebody(const Ref& actor) {
    if (actor) {
      life_.watch(actor);
      this->watch(actor);
    }
  }

  void set_timer() {
    static constexpr std::array<const char*, 3> kKeys{"x", "y", "z"};
    Dice& dice = life_.dice;
    const std::string key = dice.pick(kKeys);
    if (dice.one_in(3)) {
      life_.cancel_timer(key);
      this->cancel_timer(key);
      return;
    }
    const auto delay = dice.up_to(std::chrono::milliseconds(5));
    const bool again = dice.one_in(4);
    const Life::Started started = life_.start_timer(key);
    Tick tick{.token = Token(life_.world.ledger, "Tick",
                             {.is_original = again,
                              .node_ended = &life_.node.ended,
                              .cancelled = started.cancelled}),
              .key = key,
              .timer = started.timer,
              .is_last = !again};
    if (again && dice.one_in(2)) {
      this->start_timer_at_fixed_rate(key, delay + std::chrono::milliseconds(1), std::move(tick));
    } else if (again) {
      this->start_timer_with_fixed_delay(key, delay + std::chrono::milliseconds(1),
                                         std::move(tick));
    } else {
      this->start_timer(key, delay, std::move(tick));
    }
  }

  void listen(unsigned hops) {
    Dice& dice = life_.dice;
    switch (dice.below(4)) {
      case 0:
        this->template subscribe<News>(
            [coin = dice.below(2)](const News& /*news*/) { return coin == 0; });
        break;
      case 1:
        this->template unsubscribe<News>();
        break;
      default:
        if (hops > 0) {
          this->publish(News{Token(life_.world.ledger, "News", {.is_original = true})});
        }
        break;
    }
  }

  void reply(unsigned hops) {
    if (hops > 0) {
      send_parcel(this->sender(), hops);
    }
  }

  Life& life_;
  Instance instance_;
};

}  // namespace spinoff::stress
