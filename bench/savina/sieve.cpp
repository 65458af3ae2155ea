// A producer sends the odd numbers below n through a chain of filters. Each filter keeps so many
// primes, and sends on what none of them divides; the last makes a new filter when it is full. The
// number of primes is compared with that of a sequential sieve.
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::sieve {
namespace {

struct Begin {
  Ref first;
};
struct Candidate {
  std::int64_t number;
};
/// Ends the filters, and counts their primes.
struct Exit {
  std::int64_t primes;
};

class Filter : public Actor {
 public:
  Filter(Run& run, std::int64_t prime) : run_(run), primes_{prime} {}
  void on(const Candidate& candidate) {
    for (const std::int64_t prime : primes_) {
      if (candidate.number % prime == 0) {
        return;
      }
    }
    if (next_) {
      next_ << candidate;
    } else if (static_cast<std::int64_t>(primes_.size()) < run_["primes"]) {
      primes_.push_back(candidate.number);
    } else {
      // Not a child, which would end with this one.
      next_ = run_.node().spawn<Filter>(std::ref(run_), candidate.number);
      is_last_ = false;
    }
  }
  void on(const Exit& exit) {
    total_ = exit.primes + static_cast<std::int64_t>(primes_.size());
    if (!is_last_) {
      next_ << Exit{total_};
    }
    stop();
  }
  void post_stop() override {
    if (is_last_) {
      run_.report(total_);
    }
  }
  using Receives = Messages<Candidate, Exit>;

 private:
  Run& run_;
  std::vector<std::int64_t> primes_;
  Ref next_;
  bool is_last_ = true;
  std::int64_t total_ = 0;
};

class Producer : public Actor {
 public:
  explicit Producer(std::int64_t n) : n_(n) {}
  void on(const Begin& begin) {
    for (std::int64_t number = 3; number < n_; number += 2) {
      begin.first << Candidate{number};
    }
    begin.first << Exit{0};
    stop();
  }
  using Receives = Messages<Begin>;

 private:
  std::int64_t n_;
};

struct Expected {
  std::int64_t primes = 0;  // below n
  std::int64_t messages = 1;
};

Expected sequential_sieve(std::int64_t n, std::int64_t primes_of_filter) {
  Expected expected;
  // Of each number's least divisor: which prime this is.
  constexpr std::int64_t kNone = -1;
  std::vector<std::int64_t> least(static_cast<std::size_t>(n), kNone);
  for (std::int64_t i = 2; i < n; ++i) {
    std::int64_t& index = least[static_cast<std::size_t>(i)];
    // The first prime of a filter is what it is made with, not a message to it; the filters before
    // have all had it. Each filter has an exit.
    const bool makes_filter = index == kNone && expected.primes % primes_of_filter == 0;
    if (index == kNone) {
      index = expected.primes++;
      for (std::int64_t k = i * i; k < n; k += i) {
        std::int64_t& multiple = least[static_cast<std::size_t>(k)];
        multiple = multiple == kNone ? index : multiple;
      }
    }
    expected.messages += makes_filter ? 1 : 0;
    if (i % 2 != 0) {
      expected.messages += index / primes_of_filter + (makes_filter ? 0 : 1);
    }
  }
  return expected;
}

Outcome sieve(Run& run) {
  run.start();
  const auto producer = run.node().spawn<Producer>(run["n"]);
  const auto filter = run.node().spawn<Filter>(std::ref(run), std::int64_t{2});
  producer << Begin{filter};
  const std::int64_t found = run.wait();
  const Expected expected = sequential_sieve(run["n"], run["primes"]);
  return {.messages = static_cast<std::uint64_t>(expected.messages),
          .verified = found == expected.primes};
}

const Registration kRegistration({.name = "sieve",
                                  .summary = "a growing chain of filters finds prime numbers",
                                  .parameters = {{"n", 100'000, 3, 10'000'000},
                                                 {"primes", 1'000, 1, 10'000'000}},
                                  .run = sieve});

}  // namespace
}  // namespace spinoff::bench::sieve
