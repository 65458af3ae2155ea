// All ways to put n queens on a board of n by n, none in reach of another. A master gives each
// beginning of a solution to one of its workers in turn: as long as it is short, the worker sends
// back all that continue it by a queen; else it searches all of it, and tells each solution. The
// search ends early when there are enough. The number of solutions is known.
#include <algorithm>
#include <array>

#include "savina/run.hpp"
#include "savina/worker_pool.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::nqueenk {
namespace {

constexpr std::array<std::int64_t, 18> kSolutions{
    1,   0,    0,     2,     10,     4,       40,       92,       352,
    724, 2680, 14200, 73712, 365596, 2279184, 14772512, 95815104, 666090624};

/// The columns of the queens in the first rows. In place: short pieces of heap memory, which one
/// worker takes and another gives back, come to share cache lines between workers that write there.
class Board {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  std::int8_t operator[](std::size_t row) const { return columns_[row]; }
  [[nodiscard]] Board with(std::size_t column) const {
    Board next = *this;
    next.columns_[next.size_++] = static_cast<std::int8_t>(column);
    return next;
  }

 private:
  std::array<std::int8_t, kSolutions.size()> columns_{};
  std::uint8_t size_ = 0;
};

struct Work {
  Board board;
};
struct Done {};
struct Result {};

bool is_valid(const Board& board) {
  for (std::size_t i = 0; i < board.size(); ++i) {
    for (std::size_t j = i + 1; j < board.size(); ++j) {
      const int distance = static_cast<int>(j - i);
      const int shift = board[j] - board[i];
      if (shift == 0 || shift == distance || shift == -distance) {
        return false;
      }
    }
  }
  return true;
}

/// Calls `use` with each valid board that has one queen more. As in the original, each is a copy.
template <class F>
void for_each_next(const Board& board, std::size_t size, F use) {
  for (std::size_t column = 0; column < size; ++column) {
    const Board next = board.with(column);
    if (is_valid(next)) {
      use(next);
    }
  }
}

class Worker : public PoolWorker {
 public:
  explicit Worker(const Run& run)
      : size_(static_cast<std::size_t>(run["n"])),
        threshold_(static_cast<std::size_t>(run["threshold"])) {}
  using PoolWorker::on;
  void on(const Work& work) {
    if (work.board.size() >= std::min(threshold_, size_)) {
      search(work.board);
    } else {
      for_each_next(work.board, size_, [this](const Board& next) { parent() << Work{next}; });
    }
    parent() << Done{};
  }
  using Receives = Messages<Work, Stop>;

 private:
  void search(const Board& board) {
    if (board.size() == size_) {
      parent() << Result{};
    } else {
      for_each_next(board, size_, [this](const Board& next) { search(next); });
    }
  }

  std::size_t size_;
  std::size_t threshold_;
};

class Master : public PoolMaster {
 public:
  explicit Master(Run& run) : run_(run) {}
  void pre_start() override {
    for (std::int64_t i = run_["workers"]; i > 0; --i) {
      add_worker(spawn<Worker>(std::cref(run_)));
    }
    send(Work{});
  }
  using PoolMaster::on;
  void on(const Work& work) {
    if (!stopping()) {
      send(work);
    }
  }
  void on(const Result& /*result*/) {
    if (++results_ == run_["limit"]) {
      stop_workers();
    }
  }
  void on(const Done& /*done*/) {
    if (++done_ == sent_) {
      stop_workers();
    }
  }
  void post_stop() override { run_.report(results_); }
  using Receives = Messages<Work, Result, Done, Stop>;

 private:
  void send(const Work& work) {
    workers()[sent_ % workers().size()] << work;
    ++sent_;
  }

  Run& run_;
  std::size_t sent_ = 0;
  std::size_t done_ = 0;
  std::int64_t results_ = 0;
};

/// How many boards workers get.
std::int64_t count_work(const Board& board, std::size_t size, std::size_t threshold) {
  std::int64_t count = 1;
  if (board.size() < std::min(threshold, size)) {
    for_each_next(board, size,
                  [&](const Board& next) { count += count_work(next, size, threshold); });
  }
  return count;
}

Outcome nqueenk(Run& run) {
  const std::int64_t expected = kSolutions[static_cast<std::size_t>(run["n"] - 1)];
  run.start();
  run.node().spawn<Master>(std::ref(run));
  const std::int64_t found = run.wait();
  // Each board goes to a worker, who says that it is done; all but the first come from workers.
  const std::int64_t work = count_work({}, static_cast<std::size_t>(run["n"]),
                                       static_cast<std::size_t>(run["threshold"]));
  const std::int64_t messages = 3 * work - 1 + found + 2 * run["workers"];
  return {.messages = static_cast<std::uint64_t>(messages),
          .verified = std::min(expected, run["limit"]) <= found && found <= expected};
}

const Registration kRegistration({.name = "nqueenk",
                                  .summary = "a master and workers place n queens on a board",
                                  .parameters = {{"n", 12, 1, 18},
                                                 {"workers", 20, 1, 10'000},
                                                 {"threshold", 4, 1, 18},
                                                 {"limit", 1'500'000, 1, 1'000'000'000}},
                                  .run = nqueenk});

}  // namespace
}  // namespace spinoff::bench::nqueenk
