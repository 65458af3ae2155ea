#include "actors.hpp"

namespace spinoff::stress {

using namespace std::chrono_literals;

void Wanderer::on(Parcel&& parcel) {
  const Turn turn(life(), "handles a parcel");
  look_up_from_work();
  life().check(parcel, sender(), kTakesAll);
  switch (life().dice.below(16)) {
    case 0:
      if (const Ref to = somebody()) {
        parcel.number = 0;
        forward(to);
        return;
      }
      break;
    case 1:
      unhandled();
      return;
    default:
      break;
  }
  handle(parcel);
}

void Wanderer::on(const Note& note) {
  const Turn turn(life(), "handles a note");
  look_up_from_work();
  note.token.close(Fate::handled);
}

void Wanderer::on(const Question& question) {
  const Turn turn(life(), "handles a question");
  look_up_from_work();
  handle(question);
}

void Wanderer::on(const Tick& tick) {
  const Turn turn(life(), "handles a tick");
  look_up_from_work();
  handle(tick);
}

void Wanderer::on(const News& news) {
  const Turn turn(life(), "handles news");
  look_up_from_work();
  news.token.close(Fate::handled);
}

void Wanderer::on(const Terminated& end) {
  const Turn turn(life(), "is told of an end");
  look_up_from_work();
  handle(end);
}

Task<> Errand::run() {
  const InFrame frame(life());
  while (!life().dice.one_in(64)) {
    co_await step(life().dice.below(12));
  }
}

Task<> Errand::step(unsigned what) {
  const InFrame frame(life());
  switch (what) {
    case 0:
      co_await sleep(life().dice.up_to(1ms));
      break;
    case 1:
      co_await ask_somebody();
      break;
    case 2:
      try {
        Parcel parcel = co_await get<Parcel>(1ms);
        take(std::move(parcel));
      } catch (const Timeout&) {  // as it happens
      }
      break;
    case 3:
      try {
        const unsigned mark = life().dice.below(4);
        take(co_await with_timeout(1ms,
                                   get([mark](const Note& note) { return note.mark == mark; })));
      } catch (const Timeout&) {  // as it happens
      }
      break;
    case 4:
      try {
        auto got = co_await get<Note, Parcel>(1ms);
        if (auto* const parcel = std::get_if<Parcel>(&got)) {
          take(std::move(*parcel));
        } else {
          take(std::get<Note>(got));
        }
      } catch (const Timeout&) {  // as it happens
      }
      break;
    case 5: {
      auto parcel = get_nowait<Parcel>();
      if (parcel.has_value()) {
        take(*std::move(parcel));
      }
      break;
    }
    case 6:
      if (life().dice.one_in(8)) {
        try {
          flush();
        } catch (const UnhandledTermination&) {
          life().world.watches.failed_at_an_end(self());
          throw;
        }
      }
      break;
    default:
      take(co_await get());
      break;
  }
}

Task<> Errand::ask_somebody() {
  const InFrame frame(life());
  try {
    Question question{Token(life().world.ledger, "Question")};
    co_await somebody().ask<Answer>(std::move(question), 1ms);
  } catch (const Timeout&) {    // as it happens
  } catch (const AskFailed&) {  // as it happens
  }
  const Turn turn(life(), "has asked");
  fail_sometimes(life().dice, 32);
}

void Errand::take(Parcel parcel) {
  const Turn turn(life(), "takes a parcel");
  look_up_from_work();
  life().check(parcel, sender(), kTakesAll);
  if (const Ref to = somebody(); to && life().dice.one_in(16)) {
    parcel.number = 0;
    forward(to, std::move(parcel));
    return;
  }
  handle(parcel);
}

void Errand::take(const Note& note) {
  const Turn turn(life(), "takes a note");
  look_up_from_work();
  note.token.close(Fate::handled);
}

void Errand::take(const AnyMessage& message) {
  const Turn turn(life(), "takes whatever comes");
  look_up_from_work();
  if (const auto* const parcel = message.get_if<Parcel>()) {
    life().check(*parcel, sender(), kTakesAll);
    handle(*parcel);
  } else if (const auto* const note = message.get_if<Note>()) {
    note->token.close(Fate::handled);
  } else if (const auto* const question = message.get_if<Question>()) {
    handle(*question);
  } else if (const auto* const tick = message.get_if<Tick>()) {
    handle(*tick);
  } else if (const auto* const news = message.get_if<News>()) {
    news->token.close(Fate::handled);
  } else if (const auto* const end = message.get_if<Terminated>()) {
    handle(*end);
  }
}

void Chronicler::pre_start() {
  const Turn turn(life_, "starts");
  life_.begin_instance(self());
  instance_.start();
}

void Chronicler::post_stop() {
  const Turn turn(life_, "has stopped");
  instance_.post_stop();
}

void Chronicler::on(const Address& somebody) {
  const Turn turn(life_, "watches");
  life_.watch(somebody.ref);
  watch(somebody.ref);
}

void Chronicler::on(const Terminated& end) {
  const Turn turn(life_, "is told of an end");
  ++life_.world.ends_told;
  life_.told(end.actor, false);
}

Mute::Mute(Slot& slot) : life_(slot.life()), instance_(life_) {
  const Turn turn(life_, "is constructed");
}

void Mute::pre_start() {
  const Turn turn(life_, "starts");
  life_.begin_instance(self());
  life_.world.board.put(life_.address(), life_.dice);
  if (const Ref actor = life_.world.board.pick(life_.dice).ref) {
    watch(actor);
  }
  instance_.start();
}

void Mute::post_stop() {
  const Turn turn(life_, "has stopped");
  instance_.post_stop();
}

}  // namespace spinoff::stress
