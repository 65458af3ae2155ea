/// The protocol under what death watch says over it: there are no acknowledgements, and yet every
/// watch is answered once, whatever is lost. Either the answer comes, or the end of the session is
/// the answer.
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "protocol_pair.hpp"

namespace {

using namespace spinoff::remoting::testing;
using namespace std::chrono_literals;

constexpr std::uint32_t kSeeds = 200;
constexpr int kSteps = 200;

/// Does with items and events what HubTransport does, for one start of a node. A watch and its
/// actor are a number.
class Watching {
 public:
  explicit Watching(Node& node) : node_(&node) {}

  void watch(const std::string& peer, int number) {
    open_.insert({peer, number});
    ++asked_;
    tell(peer, "watch " + std::to_string(number), false);
  }
  void unwatch(const std::string& peer, int number) {
    if (open_.erase({peer, number}) > 0) {
      --asked_;
      tell(peer, "unwatch " + std::to_string(number), false);
    }
  }
  /// An actor of this node is there again, though it has stopped.
  void begin(int number) { ended_.erase(number); }
  /// An actor of this node has stopped.
  void end(int number) {
    ended_.insert(number);
    for (auto one = watched_.begin(); one != watched_.end();) {
      if (one->second == number) {
        tell(one->first, "terminated " + std::to_string(number), true);
        one = watched_.erase(one);
      } else {
        ++one;
      }
    }
  }

  /// What has happened since.
  void catch_up() {
    while (seen_ < node_->history().size()) {
      take(Event(node_->history()[seen_++]));
    }
  }

  [[nodiscard]] std::size_t asked() const { return asked_; }
  /// Watches that were answered, by how often.
  [[nodiscard]] const std::map<int, int>& answers() const { return answers_; }
  [[nodiscard]] std::size_t open() const { return open_.size(); }
  /// How many of this node's actors others watch.
  [[nodiscard]] std::size_t watched() const { return watched_.size(); }

 private:
  using Watch = std::pair<std::string, int>;

  void tell(const std::string& peer, const std::string& text, bool is_answer) {
    auto parcel = parcel_that_must_go(text);
    parcel.only_in_session = is_answer;
    node_->queue(peer, std::move(parcel)).flush();
  }

  void take(const Event& event) {
    if (event.kind == Event::Kind::down) {
      answer_all(event.peer);
      std::erase_if(watched_, [&](const Watch& one) { return one.first == event.peer; });
    } else if (event.kind == Event::Kind::returned && event.text.starts_with("watch ")) {
      const int number = number_in(event.text);
      for (const char* const peer : {"a", "b", "c"}) {
        answer({peer, number});
      }
    } else if (event.kind == Event::Kind::got && event.text.find(' ') != std::string::npos) {
      const int number = number_in(event.text);
      if (event.text.starts_with("terminated ")) {
        answer({event.peer, number});
      } else if (event.text.starts_with("unwatch ")) {
        watched_.erase({event.peer, number});
      } else if (ended_.contains(number)) {
        tell(event.peer, "terminated " + std::to_string(number), true);
      } else {
        watched_.insert({event.peer, number});
      }
    }
  }

  static int number_in(const std::string& text) { return std::stoi(text.substr(text.find(' '))); }

  void answer(const Watch& watch) {
    if (open_.erase(watch) > 0) {
      ++answers_[watch.second];
    }
  }
  void answer_all(const std::string& peer) {
    std::vector<Watch> all;
    for (const Watch& one : open_) {
      if (one.first == peer) {
        all.push_back(one);
      }
    }
    for (const Watch& one : all) {
      answer(one);
    }
  }

  Node* node_;
  std::size_t seen_ = 0;
  std::size_t asked_ = 0;
  std::set<Watch> open_;
  std::set<Watch> watched_;
  std::set<int> ended_;
  std::map<int, int> answers_;
};

struct WatchedPair : Pair {
  Watching watcher{a};
  Watching watched{b};

  WatchedPair() {
    watcher.catch_up();
    watched.catch_up();
  }
  void go_on(Duration time = 0s) {
    world.advance(time);
    watched.catch_up();
    world.advance(0s);
    watcher.catch_up();
  }
  void check_answered_once(int number) {
    BOOST_TEST(watcher.open() == 0U);
    BOOST_REQUIRE(watcher.answers().contains(number));
    BOOST_TEST(watcher.answers().at(number) == 1);
  }
  /// They talk again by themselves.
  void check_next_watch() {
    watcher.watch("b", 99);
    go_on();
    BOOST_TEST(watcher.open() == 1U);
    watched.end(99);
    go_on();
    check_answered_once(99);
  }
};

/// Three nodes on a bad network that watch each other's actors, end them, and are restarted.
class Run {
 public:
  explicit Run(std::uint32_t seed) : world_({}, seed) {
    world_.weather = {below(4), below(20), below(100), Duration(1ms) * (1 + below(300))};
    for (const char* name : {"a", "b", "c"}) {
      start(name);
    }
  }

  void make_trouble() {
    for (int i = 0; i < kSteps; ++i) {
      step();
      world_.retry();
      go_on(Duration(1ms) * below(below(10) == 0 ? 4'000 : 200));
    }
  }

  /// All actors end. Gives how many answers there were.
  std::size_t recover() {
    world_.heal_all();
    go_on(30s);
    for (auto& [name, one] : living_) {
      for (int number = 1; number <= last_number_; ++number) {
        one.end(number);  // also those of earlier starts, which are not there
      }
    }
    for (int i = 0; i < 10; ++i) {
      go_on(1s);
    }
    std::size_t answers = 0;
    for (const auto& [name, one] : living_) {
      BOOST_TEST(one.open() == 0U, name << " has watches that nobody answers");
      BOOST_TEST(one.watched() == 0U, name << " has watchers that it never tells");
      BOOST_TEST(one.answers().size() == one.asked(), name << " has lost an answer");
      for (const auto& [number, times] : one.answers()) {
        BOOST_TEST(times == 1, number << " was answered " << times << " times");
      }
      answers += one.answers().size();
    }
    return answers;
  }

  [[nodiscard]] std::size_t by_the_end_of_a_session() const { return downs_; }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(world_.random()() % n); }
  std::string anyone() { return std::string(1, static_cast<char>('a' + below(3))); }

  void start(const std::string& name) {
    living_.erase(name);
    actors_[name].clear();
    living_.emplace(name, world_.start(name));
  }

  void step() {
    const std::string one = anyone();
    const std::string other = anyone();
    if (one == other) {
      return;
    }
    switch (below(16)) {
      case 0:
        return world_.cut(one, other);
      case 1:
      case 2:
        world_.heal(one, other);
        return world_.heal(other, one);
      case 3:
        return world_.fill(one, other);
      case 4:
        return world_.drain(one, other);
      case 5:
        if (below(4) == 0) {
          world_.kill(one);
          start(one);
        }
        return;
      case 6:
      case 7:
        return end_one_of(one);
      case 8:
        return unwatch_one();
      default:
        actors_[other].push_back(++last_number_);
        watches_.push_back({one, other, last_number_});
        living_.at(one).watch(other, last_number_);
    }
  }

  void end_one_of(const std::string& name) {
    auto& actors = actors_[name];
    if (!actors.empty()) {
      living_.at(name).end(actors.back());
      actors.pop_back();
    }
  }

  struct Watch {
    std::string watcher;
    std::string peer;
    int number;
  };
  void unwatch_one() {
    if (!watches_.empty()) {
      const Watch& one = watches_[below(static_cast<unsigned>(watches_.size()))];
      living_.at(one.watcher).unwatch(one.peer, one.number);
    }
  }

  void go_on(Duration time) {
    world_.advance(time);
    for (auto& [name, one] : living_) {
      const std::size_t before = one.answers().size();
      one.catch_up();
      downs_ += one.answers().size() > before + 1 ? 1 : 0;
    }
  }

  World world_;
  std::map<std::string, Watching> living_;
  std::map<std::string, std::vector<int>> actors_;
  std::vector<Watch> watches_;
  int last_number_ = 0;
  std::size_t downs_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol_watch)

BOOST_FIXTURE_TEST_CASE(R07_inside_a_session_the_end_of_the_actor_answers_its_watch, WatchedPair) {
  watcher.watch("b", 1);
  go_on(10s);
  BOOST_TEST(watcher.open() == 1U);
  watched.end(1);
  go_on();
  check_answered_once(1);
  check_log(a, {"got b terminated 1"});
}

BOOST_FIXTURE_TEST_CASE(R07_a_watch_that_is_lost_is_answered_by_the_end_of_the_session,
                        WatchedPair) {
  world.lose_next("a", "b");
  watcher.watch("b", 1);
  go_on();
  BOOST_TEST(watcher.open() == 1U);
  go_on(1s);
  check_answered_once(1);
  check_next_watch();
}

BOOST_FIXTURE_TEST_CASE(R07_a_terminated_that_is_lost_is_answered_by_the_end_of_the_session,
                        WatchedPair) {
  watcher.watch("b", 1);
  go_on();
  world.lose_next("b", "a");
  watched.end(1);
  go_on();
  BOOST_TEST(watcher.open() == 1U);
  go_on(1s);
  check_answered_once(1);
  check_next_watch();
}

BOOST_FIXTURE_TEST_CASE(R07_an_unwatch_that_is_lost_leaves_nothing_behind, WatchedPair) {
  watcher.watch("b", 1);
  go_on();
  BOOST_TEST(watched.watched() == 1U);
  world.lose_next("a", "b");
  watcher.unwatch("b", 1);
  go_on(1s);
  BOOST_TEST(watched.watched() == 0U);
  watched.end(1);
  go_on(5s);
  BOOST_TEST(watcher.answers().empty());
  check_next_watch();
}

BOOST_FIXTURE_TEST_CASE(R07_a_watch_that_comes_twice_is_answered_once, WatchedPair) {
  watcher.watch("b", 1);
  const std::string again = a.last_frame();
  go_on();
  b.receive(again);
  watched.end(1);
  go_on();
  check_answered_once(1);
  check_log(b, {"got a watch 1", "rejected repeated frame"});
}

BOOST_FIXTURE_TEST_CASE(R07_the_answer_of_an_earlier_session_is_not_taken_for_one_of_this,
                        WatchedPair) {
  watcher.watch("b", 1);
  go_on();
  watched.end(1);
  const std::string late = b.last_frame();
  world.lose_next("a", "b");
  a.send("b", "lost");
  go_on(1s);
  check_answered_once(1);
  // Another actor has that name now.
  watched.begin(1);
  watcher.watch("b", 1);
  go_on(1s);
  a.receive(late);
  go_on(1s);
  BOOST_TEST(watcher.open() == 1U);
  BOOST_TEST(watcher.answers().at(1) == 1);
}

BOOST_AUTO_TEST_CASE(W07_R07_every_watch_is_answered_once_whatever_is_lost) {
  std::size_t answers = 0;
  std::size_t downs = 0;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Run run(seed);
      run.make_trouble();
      answers += run.recover();
      downs += run.by_the_end_of_a_session();
    }
  }
  // The run would show little if nothing went wrong in it, or nothing went well.
  BOOST_TEST(answers > 5'000U);
  BOOST_TEST(downs > 500U);
  BOOST_TEST_MESSAGE(answers << " answers, of which many at once " << downs << " times");
}

BOOST_AUTO_TEST_SUITE_END()
