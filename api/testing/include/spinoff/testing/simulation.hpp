/// Nodes in one thread, in virtual time, by a seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <spinoff/node.hpp>
#include <spinoff/testing/network.hpp>

namespace spinoff::testing {

/// What the test waits for will never happen, or too much happens at one time. `what()` says which.
class SimulationStuck : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct SimulationOptions {
  /// A turn of an actor takes up to so long. With 0, time passes only while nobody has anything to
  /// do, so tests can say to the millisecond what happens when; with more, timers come in the
  /// middle of what others do.
  std::chrono::nanoseconds longest_turn{0};
  /// So many turns, or timers, at one time are an endless loop, and SimulationStuck is thrown.
  std::uint64_t most_turns_at_once = 10'000'000;
  /// What waits without a limit, such as `join().wait()`, waits for so long at most; then
  /// SimulationStuck is thrown. (Nodes that know each other always have something to do.)
  std::chrono::nanoseconds longest_wait = std::chrono::hours(24);
};

/// Runs nodes of unmodified actors in the thread that it was made in, with a network between them.
/// Which actor runs next, how many messages it handles in that turn, and all else that is left to
/// chance comes from the seed: the same seed and the same test make the same run, message by
/// message. Time is virtual: timers, timeouts, sleeps and backoffs cost none, and `now()` moves as
/// the test says, or to what comes next.
///
///     Simulation sim(seed);
///     Node& node = sim.node("a");
///     const auto door = node.spawn<Door>();
///     door << Open{};
///     sim.advance(30s);        // it has closed by itself
///
/// What blocks a thread elsewhere, `ask(...).get()`, `join().wait()`, `node.stop()`, a probe's
/// `expect`, runs the simulation until it is done. Actors run whatever their dispatchers; those
/// that wait for something outside of the simulation stop it. Functions of `on_stop` run in this
/// thread.
///
/// A thread has one simulation at a time, and its members are for that thread, outside of actors;
/// so are the nodes. Only `now`, `seed` and `random` are for actors as well.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed, const SimulationOptions& options = {});
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  /// Stops all nodes, the youngest first. One that cannot stop crashes, and standard error has why:
  /// call `stop` yourself where that is to be an error.
  ~Simulation();

  /// The node of that name. If there is none, or it has stopped or crashed, it is started, and logs
  /// no events. Other nodes reach its actors by the network, as `NAME:1/path`; a Ref that a test
  /// has from the node itself is of this process, and leads there without it.
  Node& node(std::string_view name);
  /// Starts a node with these options. `workers`, `blocking_threads` and the like have no meaning
  /// here, nor has `remoting`. Throws NodeStartFailed, also if there is one of that name that has
  /// not stopped, and for keys and names at a mapper, which are not simulated.
  Node& start(std::string_view name, NodeOptions options);
  /// The node's process is gone from one moment to the next: nobody is told, its actors handle
  /// nothing more and run no `post_stop`. (Their destructors do run.) It can be started again.
  /// Throws std::invalid_argument if there is no such node.
  void crash(std::string_view name);

  [[nodiscard]] Network& network() noexcept;

  /// Runs until nobody has anything to do at this time.
  void run();
  /// The same, and lets so much time pass, with all that happens meanwhile. Negative times are 0.
  void advance(std::chrono::nanoseconds time);
  /// Runs, and lets time pass, until `done()` gives true, which is asked after each turn: at most
  /// so much time. False if it did not by then.
  bool run_until(const std::function<bool()>& done,
                 std::chrono::nanoseconds limit = std::chrono::hours(1));
  /// One turn of one actor; false if nobody has anything to do at this time.
  bool step();

  /// Since the start of the simulation.
  [[nodiscard]] std::chrono::nanoseconds now() const;
  [[nodiscard]] std::uint64_t seed() const noexcept;
  /// What the test itself leaves to chance, repeated by the seed as well: from 0 to `end` - 1.
  /// Throws std::invalid_argument if `end` is 0.
  std::uint64_t random(std::uint64_t end);
  /// Messages that actors have handled so far.
  [[nodiscard]] std::uint64_t messages() const noexcept;

  /// From now on, writes a line about each message that is handled: when, by whom, its type and who
  /// sent it. Null: no more. `out` has to be there as long; it changes nothing of the run.
  void trace_to(std::ostream* out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spinoff::testing
