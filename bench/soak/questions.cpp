// Processes that ask at other nodes, also where nobody is, and nobody answers.
#include <chrono>
#include <cstddef>

#include <fmt/format.h>

#include "soak/load.hpp"
#include "soak/messages.hpp"

namespace spinoff::soak {

namespace {

using namespace std::chrono_literals;

constexpr auto kNoAnswerLimit = 200ms;

class Answerer : public Actor {
 public:
  using Receives = RemoteMessages<Question>;
  void on(const Question& question) { sender() << Answer{question.number}; }
};

/// Never does.
class Silent : public Actor {
 public:
  using Receives = RemoteMessages<Question>;
  void on(const Question& /*question*/) {}
};

class Asker : public Process {
 public:
  Task<> run(const World* world, std::size_t to) {
    Choices choose(*world, 200 + to);
    const Ref answerer = lookup(world->uri(to, "answerer"));
    const Ref silent = lookup(world->uri(to, "silent"));
    const Ref nobody = lookup(world->uri(to, "nobody"));
    for (std::uint64_t number = 1;; ++number) {
      if (world->ledger.paused) {
        co_await sleep(10ms);
        continue;
      }
      world->begin(Matter::asks);
      const std::uint64_t dice = choose(20);
      if (dice == 0) {
        co_await ask(world, silent, number, kNoAnswerLimit);
      } else {
        co_await ask(world, dice == 1 ? nobody : answerer, number, kAnswerLimit);
      }
      if (world->sabotage != "ask" || number % 10 != 0) {
        world->end(Matter::asks);
      }
      co_await sleep(std::chrono::milliseconds(1 + choose(5)));
    }
  }

 private:
  static Task<> ask(const World* world, Ref whom, std::uint64_t number,
                    std::chrono::nanoseconds limit) {
    NodeNotes& notes = world->notes();
    const Question question{number};
    try {
      const Answer answer = co_await whom.ask<Answer>(question, limit);
      ++notes.answered;
      if (answer.number != number) {
        world->wrong(fmt::format("question {} got the answer to {}", number, answer.number));
      }
    } catch (const AskFailed&) {
      ++notes.refused;
    } catch (const Timeout&) {
      ++notes.timed_out;
    }
  }
};

}  // namespace

void spawn_questions(Node& node, const World& world) {
  node.spawn<Answerer>({.name = "answerer"});
  node.spawn<Silent>({.name = "silent"});
  for (std::size_t to = 0; to < kNodes; ++to) {
    if (to != world.me) {
      node.spawn<Asker>(&world, to);
    }
  }
}

}  // namespace spinoff::soak
