/// Subtrees of actors that are spawned, supervised, watched, restarted and stopped at random, by
/// each other, by threads outside, and with their nodes, which end in the middle of it.
///
/// What has to hold is checked where it can be seen, by what is in this folder:
///
///   Token, Ledger   each message ends once: handled, unhandled or as a dead letter
///   Watches         exactly one Terminated a watch, after all that the actor had sent
///   Life, Instance  one instance at a time, which does one thing at a time; its messages in order;
///                   post_stop once, and nothing after it; names free again
///   Roll            each actor that is spawned ends once, and then gives its place back
///   live            when a node has ended, no actor and no coroutine of it is left
///
/// SPINOFF_STRESS_SECONDS says for how long, SPINOFF_STRESS_SEED with which choices: the same seed
/// makes the same actors choose alike, though in an order of the machine's.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors.hpp"
#include "outside.hpp"
#include "watchdog.hpp"
#include "world.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::stress;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

std::chrono::seconds duration() {
#ifdef SPINOFF_SANITIZED
  constexpr std::uint64_t kSeconds = 60;
#else
  constexpr std::uint64_t kSeconds = 4;
#endif
  return std::chrono::seconds(number_from("SPINOFF_STRESS_SECONDS", kSeconds));
}

/// Two nodes at a time, one after the other, among threads that go on sending.
void run_round(World& world) {
  std::atomic<bool> end = false;
  std::vector<std::jthread> outsiders;
  for (std::uint32_t i = 1; i <= 2; ++i) {
    outsiders.emplace_back([&, i] { Outsider(world, i).run(end); });
  }
  {
    std::vector<std::jthread> hosts;
    for (int i = 0; i < 2; ++i) {
      hosts.emplace_back([&] {
        Dice dice = world.new_dice();
        for (int n = 0; n < 2; ++n) {
          live(world, dice);
        }
      });
    }
  }
  end = true;
}

/// Whoever is on the boards stays there for the next round, if they are to be kept.
void clear_boards(World& world, bool keep_some) {
  Dice dice = world.new_dice();
  world.museum.clear();
  for (int i = 0; keep_some && i < 16; ++i) {
    world.museum.put(world.board.pick(dice), dice);
  }
  world.board.clear();
  world.routes.clear();
  world.timers.clear();
}

BOOST_AUTO_TEST_SUITE(subtrees_stress)

BOOST_AUTO_TEST_CASE(
    whatever_subtrees_do_each_message_and_watch_and_actor_is_accounted_for_exactly_once) {
  const std::uint64_t seed = number_from("SPINOFF_STRESS_SEED", std::random_device{}());
  BOOST_TEST_MESSAGE("SPINOFF_STRESS_SEED=" << seed);
  const auto end = std::chrono::steady_clock::now() + duration();
  World world(seed);
  std::size_t first = 0;  // of the nodes whose places may still be held
  {
    const Watchdog watchdog(world);
    for (int round = 1; world.findings.count() == 0 && std::chrono::steady_clock::now() < end;
         ++round) {
      run_round(world);
      const bool keep_some = round % 4 != 0;
      clear_boards(world, keep_some);
      world.ledger.check();
      world.watches.check_over();
      for (; !keep_some && first < world.nodes.size(); ++first) {
        world.nodes[first].roll.check_places_free();
      }
    }
  }
  BOOST_TEST_MESSAGE(world.nodes.size() << " nodes, " << world.restarts << " restarts, "
                                        << world.ends_told << " ends told, " << world.names_taken
                                        << " names taken, " << world.errors_ignored
                                        << " errors ignored; messages: " << world.ledger.text());
  BOOST_TEST(world.findings.count() == 0U,
             "SPINOFF_STRESS_SEED=" << seed << ": " << world.findings.text());
  BOOST_TEST(world.ledger.ended_as(Fate::handled) > 0);
  BOOST_TEST(world.restarts > 0);
  BOOST_TEST(world.ends_told > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
