// A token goes around a ring of actors, `hops` times from one to the next; then an exit message
// goes around, and each actor that has passed it on stops.
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::threadring {
namespace {

struct Neighbor {
  Ref next;
};
struct Token {
  std::int64_t hops_left;
};
struct Exit {
  std::int64_t left;
};

class Link : public Actor {
 public:
  Link(Run& run, std::size_t number) : run_(run), number_(number) {}
  void on(const Neighbor& neighbor) { next_ = neighbor.next; }
  void on(const Token& token) {
    ++tokens_;
    if (token.hops_left > 0) {
      next_ << Token{token.hops_left - 1};
    } else {
      next_ << Exit{run_["actors"] - 1};
    }
  }
  void on(const Exit& exit) {
    if (exit.left > 0) {
      next_ << Exit{exit.left - 1};
    }
    stop();
  }
  void post_stop() override { run_.report(tokens_, number_); }
  using Receives = Messages<Neighbor, Token, Exit>;

 private:
  Run& run_;
  std::size_t number_;
  Ref next_;
  std::int64_t tokens_ = 0;
};

Outcome threadring(Run& run) {
  const auto actors = static_cast<std::size_t>(run["actors"]);
  const auto hops = static_cast<std::uint64_t>(run["hops"]);
  std::vector<TypedRef<Link>> ring;
  ring.reserve(actors);
  for (std::size_t i = 0; i < actors; ++i) {
    ring.push_back(run.node().spawn<Link>(std::ref(run), i));
  }
  run.start(actors);
  for (std::size_t i = 0; i < actors; ++i) {
    ring[i] << Neighbor{ring[(i + 1) % actors]};
  }
  ring[0] << Token{run["hops"]};
  return {.messages = 2 * actors + hops + 1, .verified = run.wait() == run["hops"] + 1};
}

const Registration kRegistration({.name = "threadring",
                                  .summary = "a token goes around a ring of actors",
                                  .parameters = {{"actors", 100, 1, 1'000'000},
                                                 {"hops", 2'000'000, 0, 1'000'000'000}},
                                  .run = threadring});

}  // namespace
}  // namespace spinoff::bench::threadring
