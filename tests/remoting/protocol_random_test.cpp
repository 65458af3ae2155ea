/// The protocol under random events on a bad network: whatever happens, no message arrives twice or
/// out of order, none is lost without an event, and afterwards all nodes talk again. Messages go to
/// several receivers at each node, and some are so large that they go in parts.
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "open_lanes.hpp"
#include "protocol_world.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;
using spinoff::remoting::OpenLanes;
using spinoff::remoting::Parcel;
using spinoff::remoting::ProtocolOptions;

#if SPINOFF_PATIENCE > 1
// Up to twenty times slower there, and each seed goes everywhere.
constexpr std::uint32_t kSeeds = 60;
#else
constexpr std::uint32_t kSeeds = 300;
#endif
constexpr int kSteps = 300;

ProtocolOptions small_limits() {
  ProtocolOptions options;
  options.batch_bytes = 300;
  options.part_bytes = 100;
  options.remember = 20s;
  return options;
}

/// Of three nodes, by one of which the others talk if they cannot do so directly.
ProtocolOptions with_a_relay() {
  ProtocolOptions options = small_limits();
  options.relays = {id_of("c")};
  options.may_relay = true;
  options.relay_window_bytes = 2'000;
  options.max_relay_bytes = 4'000;
  return options;
}

/// One start of a node: what was asked of it, and after its end what it did.
struct Life {
  std::string name;
  std::vector<std::pair<std::string, std::string>> asked;  // to, text
  std::map<std::string, OpenLanes> lanes;                  // by peer
  std::vector<Event> history;
  bool killed = false;
  /// Until the end of the run.
  bool last = false;
};

class Run {
 public:
  Run(const ProtocolOptions& options, std::uint32_t seed) : world_(options, seed) {
    world_.weather = {below(4), below(20), below(100), Duration(1ms) * (1 + below(300))};
    for (const char* name : {"a", "b", "c"}) {
      begin(name);
    }
  }

  void make_trouble() {
    for (int i = 0; i < kSteps; ++i) {
      step();
      world_.retry();
      world_.advance(Duration(1ms) * below(below(10) == 0 ? 4'000 : 200));
    }
  }

  void recover() {
    world_.heal_all();
    world_.advance(30s);
    for (const auto& [from, life] : living_) {
      for (const auto& [to, other] : living_) {
        if (from != to) {
          send(from, to, "after all");
        }
      }
    }
    world_.advance(1s);
    for (const auto& [name, life] : living_) {
      std::set<std::string> heard_of;
      for (const Event& event : world_.find(name)->history()) {
        if (event.kind == Event::Kind::got && event.text.ends_with("after all")) {
          heard_of.insert(event.peer);
        }
      }
      BOOST_TEST(heard_of.size() == 2U, name << " does not hear all others");
    }
  }

  std::vector<Life> end() {
    std::map<std::string, std::size_t> before;
    for (const auto& [name, life] : living_) {
      before[name] = world_.find(name)->history().size();
    }
    world_.advance(30s);
    for (const auto& [name, life] : living_) {
      BOOST_TEST(world_.find(name)->history().size() == before[name], name << " does not settle");
    }
    for (const std::string name : {"a", "b", "c"}) {
      world_.find(name)->stop();
      living_.at(name).last = true;
    }
    world_.advance(2s);
    for (const std::string name : {"a", "b", "c"}) {
      BOOST_TEST(world_.find(name)->protocol().stopped());
      finish(name);
    }
    return std::move(lives_);
  }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(world_.random()() % n); }
  std::string anyone() { return std::string(1, static_cast<char>('a' + below(3))); }
  std::string anyone_but(const std::string& name) {
    for (;;) {
      if (std::string other = anyone(); other != name) {
        return other;
      }
    }
  }

  void begin(const std::string& name) {
    world_.start(name);
    living_[name].name = name;
  }
  void finish(const std::string& name) {
    living_.at(name).history = world_.kill(name)->history();
    lives_.push_back(std::move(living_.at(name)));
    living_.erase(name);
  }

  void send(const std::string& from, const std::string& to, const std::string& what) {
    const std::string receiver = std::to_string(below(4));
    const std::string text = receiver + from + to + std::to_string(++last_message_) + " " + what;
    living_.at(from).asked.emplace_back(to, text);
    Parcel parcel = parcel_of(text);
    // As an outbox does it.
    OpenLanes& lanes = living_.at(from).lanes[to];
    parcel.lane =
        text.size() > small_limits().part_bytes ? lanes.open(receiver) : lanes.find(receiver);
    world_.find(from)->queue(to, std::move(parcel));
    world_.find(from)->flush();
  }

  void step() {
    const std::string one = anyone();
    const std::string other = anyone_but(one);
    switch (below(20)) {
      case 0:
        return world_.cut(one, other);
      case 1:
        world_.cut(one, other);
        return world_.cut(other, one);
      case 2:
      case 3:
        world_.heal(one, other);
        return world_.heal(other, one);
      case 4:
        return world_.fill(one, other);
      case 5:
        return world_.drain(one, other);
      case 6:
        return restart(one);
      case 7:
        return damage(one);
      default:
        for (unsigned n = 1 + below(30); n > 0; --n) {
          send(one, other, below(8) == 0 ? std::string(100 + below(700), 'x') : "x");
        }
    }
  }

  void restart(const std::string& name) {
    if (below(2) == 0) {
      world_.find(name)->stop();
      world_.advance(2s);
      BOOST_TEST(world_.find(name)->protocol().stopped());
    } else {
      living_.at(name).killed = true;
    }
    finish(name);
    if (below(2) == 0) {
      world_.advance(Duration(1ms) * below(5'000));
    }
    begin(name);
  }

  void damage(const std::string& name) {
    std::string bytes = world_.find(anyone())->last_frame();
    if (!bytes.empty()) {
      bytes.resize(below(static_cast<unsigned>(bytes.size())));
    }
    world_.find(name)->receive(bytes);
  }

  World world_;
  std::map<std::string, Life> living_;
  std::vector<Life> lives_;
  int last_message_ = 0;
};

/// Where a message was handed to the network: the sender's life, and the how manyeth to that peer.
/// First of a session, if the sender saw the peer come up in between.
struct Handed {
  std::size_t life = 0;
  std::size_t number = 0;
  bool first_of_session = false;
  bool end_was_told = false;
};

std::map<std::string, Handed> handed_in(const std::vector<Life>& lives) {
  std::map<std::string, Handed> all;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    std::map<std::string, std::size_t> numbers;
    std::map<std::string, bool> fresh;
    std::map<std::string, std::vector<std::string>> open;
    for (const Event& event : lives[i].history) {
      if (event.kind == Event::Kind::up) {
        fresh[event.peer] = true;
      } else if (event.kind == Event::Kind::down) {
        for (const std::string& text : open[event.peer]) {
          all.at(text).end_was_told = true;
        }
        open[event.peer].clear();
      } else if (event.kind == Event::Kind::handed) {
        BOOST_TEST(!all.contains(event.text), event.text << " was handed out twice");
        all[event.text] = {i, numbers[event.peer]++, std::exchange(fresh[event.peer], false),
                           false};
        open[event.peer].push_back(event.text);
      }
    }
  }
  return all;
}

/// What each session brought is a part of what was handed out, from its session's first message on
/// and with no gap.
std::set<std::string> check_received(const Life& life,
                                     const std::map<std::string, Handed>& handed) {
  std::set<std::string> received;
  std::map<std::string, bool> up;
  std::map<std::string, std::optional<Handed>> last;
  for (const Event& event : life.history) {
    switch (event.kind) {
      case Event::Kind::up:
        BOOST_TEST(!up[event.peer], event.peer << " came up twice");
        up[event.peer] = true;
        last[event.peer].reset();
        break;
      case Event::Kind::down:
        up[event.peer] = false;
        break;
      case Event::Kind::got: {
        BOOST_TEST(up[event.peer], "a message came while " << event.peer << " was down");
        BOOST_TEST(received.insert(event.text).second, event.text << " came twice");
        const auto found = handed.find(event.text);
        BOOST_REQUIRE_MESSAGE(found != handed.end(), event.text << " came but was never sent");
        std::optional<Handed>& before = last[event.peer];
        if (before) {
          BOOST_TEST((found->second.life == before->life), "two starts in one session");
          BOOST_TEST(found->second.number == before->number + 1, "a gap before " << event.text);
        } else {
          BOOST_TEST(found->second.first_of_session, "a gap before " << event.text);
        }
        before = found->second;
        break;
      }
      default:
        break;
    }
  }
  return received;
}

/// In the order asked by each receiver, though something may have been returned in between.
void check_order(const Life& life) {
  std::map<std::pair<std::string, char>, std::size_t> next;
  for (const Event& event : life.history) {
    if (event.kind != Event::Kind::handed) {
      continue;
    }
    std::size_t& i = next[{event.peer, event.text[0]}];
    while (i < life.asked.size() && life.asked[i].second != event.text) {
      ++i;
    }
    BOOST_TEST(i < life.asked.size(), event.text << " was handed out too late");
  }
}

/// Each message was handed to the network, or returned, once and not both.
void check_sent(const Life& life, const std::map<std::string, Handed>& handed) {
  std::map<std::string, int> returned;
  for (const Event& event : life.history) {
    if (event.kind == Event::Kind::returned) {
      ++returned[event.text.substr(0, event.text.find(": "))];
    }
  }
  for (const auto& [to, text] : life.asked) {
    const int ways = (handed.contains(text) ? 1 : 0) + returned[text];
    // Of a node that was killed, something may have waited.
    BOOST_TEST((ways == 1 || (ways == 0 && life.killed)), text << " went " << ways << " ways");
  }
}

void check_random_runs(const ProtocolOptions& options) {
  std::size_t delivered = 0;
  std::size_t lost = 0;
  std::size_t sessions = 0;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Run run(options, seed);
      run.make_trouble();
      run.recover();
      const std::vector<Life> lives = run.end();
      const std::map<std::string, Handed> handed = handed_in(lives);
      std::set<std::string> received;
      for (const Life& life : lives) {
        check_order(life);
        check_sent(life, handed);
        received.merge(check_received(life, handed));
      }
      for (const auto& [text, how] : handed) {
        if (!received.contains(text)) {
          ++lost;
          BOOST_TEST((how.end_was_told || !lives[how.life].last),
                     text << " is lost, and no event says so");
        }
        sessions += how.first_of_session ? 1U : 0U;
      }
      delivered += received.size();
    }
  }
  // The run would show little if nothing went wrong in it, or nothing went well.
  BOOST_TEST(delivered > kSeeds * 300U);
  BOOST_TEST(lost > kSeeds * 50U);
  BOOST_TEST(sessions > kSeeds * 10U);
  BOOST_TEST_MESSAGE(delivered << " delivered, " << lost << " lost, " << sessions << " sessions");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol_random)

BOOST_AUTO_TEST_CASE(M02_R05_R07_random_events_on_a_bad_network_break_no_promise) {
  check_random_runs(small_limits());
}

BOOST_AUTO_TEST_CASE(M02_R05_R07_R12_nor_do_they_where_nodes_talk_by_a_relay) {
  check_random_runs(with_a_relay());
}

BOOST_AUTO_TEST_SUITE_END()
