// Successive over-relaxation on a grid of `size` by `size`, an actor for each place, in two colors
// as on a chessboard. An actor that has the values of all of its neighbors computes its own anew
// and sends it to them, 100 times. As in the original, the right half of the grid belongs to a
// peer. The sum of all is compared with that of a sequential computation, but for rounding: values
// come, and are added, in any order.
#include <cmath>
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::sor {
namespace {

constexpr double kOmega = 1.25;
constexpr std::uint64_t kSeed = 10'101'010;

using Grid = std::vector<std::vector<double>>;
using GridPtr = std::shared_ptr<const Grid>;

struct Place {
  std::size_t row;
  std::size_t column;
};

/// Calls `use` with each place above, below, left and right.
template <class F>
void for_each_neighbor(Place place, std::size_t size, F use) {
  if (place.row > 0) {
    use(Place{place.row - 1, place.column});
  }
  if (place.row + 1 < size) {
    use(Place{place.row + 1, place.column});
  }
  if (place.column > 0) {
    use(Place{place.row, place.column - 1});
  }
  if (place.column + 1 < size) {
    use(Place{place.row, place.column + 1});
  }
}

/// Those of one color send what they have first.
bool sends_first(Place place) {
  return (place.row + place.column) % 2 == 0;
}

double relax(double value, double sum_of_neighbors) {
  return kOmega / 4 * sum_of_neighbors + (1 - kOmega) * value;
}

struct Boot {};
struct Begin {
  std::vector<Ref> neighbors;
};
struct Value {
  double value;
};
struct Result {
  double value;
};
/// The column of a half that is next to the other one.
struct Border {
  std::vector<Ref> actors;
};

class SorActor : public Actor {
 public:
  SorActor(const Run& run, Place place, double value)
      : place_(place), iterations_(run["iterations"]), value_(value) {}
  void on(const Begin& begin) {
    neighbors_ = begin.neighbors;
    if (sends_first(place_)) {
      send_value();
    }
    take_values();
  }
  /// May come before it has begun.
  void on(const Value& value) {
    sum_ += value.value;
    ++values_;
    take_values();
  }
  using Receives = Messages<Begin, Value>;

 private:
  void take_values() {
    if (!neighbors_.empty() && values_ == neighbors_.size()) {
      value_ = relax(value_, sum_);
      sum_ = 0;
      values_ = 0;
      send_value();
    }
  }
  void send_value() {
    for (const Ref& neighbor : neighbors_) {
      neighbor << Value{value_};
    }
    if (++iteration_ == iterations_) {
      parent() << Result{value_};
      stop();
    }
  }

  Place place_;
  std::int64_t iterations_;
  double value_;
  std::vector<Ref> neighbors_;
  // Of the neighbors' values. Not kept one by one in the heap, where actors that different workers
  // run would share cache lines.
  double sum_ = 0;
  std::size_t values_ = 0;
  std::int64_t iteration_ = 0;
};

/// The left half, or the peer that has the right one. The left half makes the peer; each tells the
/// other its border before it lets its actors begin.
class Half : public Actor {
 public:
  enum class Side : std::uint8_t { left, right };

  Half(Run& run, GridPtr grid, std::shared_ptr<double> total, Side side)
      : run_(run), grid_(std::move(grid)), total_(std::move(total)), side_(side) {}
  void on(const Boot& /*boot*/) {
    spawn_actors();
    spawn<Half>(std::ref(run_), grid_, total_, Side::right) << border(half_ - 1);
  }
  void on(const Border& other) {
    if (side_ == Side::right) {
      spawn_actors();
      parent() << border(half_);
    }
    const std::size_t column = side_ == Side::left ? half_ : half_ - 1;
    for (std::size_t row = 0; row < size_; ++row) {
      actors_[row][column] = other.actors[row];
    }
    for_each_own([this](Place place) {
      Begin begin;
      for_each_neighbor(place, size_, [&](Place neighbor) {
        begin.neighbors.push_back(actors_[neighbor.row][neighbor.column]);
      });
      actors_[place.row][place.column] << std::move(begin);
    });
  }
  void on(const Result& result) {
    sum_ += result.value;
    const std::size_t expected = side_ == Side::left ? size_ * half_ + 1 : size_ * (size_ - half_);
    if (++results_ == expected) {
      if (side_ == Side::right) {
        parent() << Result{sum_};
      }
      stop();
    }
  }
  void post_stop() override {
    if (side_ == Side::left) {
      *total_ = sum_;
      run_.report(static_cast<std::int64_t>(results_));
    }
  }
  using Receives = Messages<Boot, Border, Result>;

 private:
  template <class F>
  void for_each_own(F use) const {
    const std::size_t begin = side_ == Side::left ? 0 : half_;
    const std::size_t end = side_ == Side::left ? half_ : size_;
    for (std::size_t row = 0; row < size_; ++row) {
      for (std::size_t column = begin; column < end; ++column) {
        use(Place{row, column});
      }
    }
  }
  void spawn_actors() {
    for_each_own([this](Place place) {
      actors_[place.row][place.column] =
          spawn<SorActor>(std::cref(run_), place, (*grid_)[place.row][place.column]);
    });
  }
  [[nodiscard]] Border border(std::size_t column) const {
    Border result;
    for (const auto& row : actors_) {
      result.actors.push_back(row[column]);
    }
    return result;
  }

  Run& run_;
  GridPtr grid_;
  std::shared_ptr<double> total_;
  Side side_;
  std::size_t size_ = grid_->size();
  std::size_t half_ = size_ / 2;
  // All of this half, and the other one's border.
  std::vector<std::vector<Ref>> actors_{size_, std::vector<Ref>(size_)};
  double sum_ = 0;
  std::size_t results_ = 0;
};

void relax_color(Grid& grid, bool first) {
  for (std::size_t row = 0; row < grid.size(); ++row) {
    for (std::size_t column = 0; column < grid.size(); ++column) {
      if (sends_first({row, column}) == first) {
        double sum = 0;
        for_each_neighbor({row, column}, grid.size(),
                          [&](Place neighbor) { sum += grid[neighbor.row][neighbor.column]; });
        grid[row][column] = relax(grid[row][column], sum);
      }
    }
  }
}

/// Those who send first have one turn less, since they begin with what they have.
bool is_right(Grid grid, std::int64_t iterations, double total) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    if (i > 0) {
      relax_color(grid, true);
    }
    relax_color(grid, false);
  }
  double sum = 0;
  double size = 0;
  for (const auto& row : grid) {
    for (const double value : row) {
      sum += value;
      size += std::abs(value);
    }
  }
  return std::abs(sum - total) <= 1e-9 * size;
}

Outcome sor(Run& run) {
  const std::int64_t size = run["size"];
  PseudoRandom random(kSeed);
  Grid grid(static_cast<std::size_t>(size), std::vector<double>(static_cast<std::size_t>(size)));
  for (auto& row : grid) {
    for (double& value : row) {
      value = 1e-6 / static_cast<double>(random.next(65'536) + 1);
    }
  }
  const auto total = std::make_shared<double>(0);
  run.start();
  run.node().spawn<Half>(std::ref(run), std::make_shared<const Grid>(grid), total, Half::Side::left)
      << Boot{};
  run.wait();
  std::int64_t messages = 4 + 2 * size * size;  // booting, borders, begins and results
  for (std::size_t row = 0; row < grid.size(); ++row) {
    for (std::size_t column = 0; column < grid.size(); ++column) {
      const std::int64_t turns = run["iterations"] - (sends_first({row, column}) ? 1 : 0);
      for_each_neighbor({row, column}, grid.size(), [&](Place /*place*/) { messages += turns; });
    }
  }
  return {.messages = static_cast<std::uint64_t>(messages),
          .verified = is_right(grid, run["iterations"], *total)};
}

const Registration kRegistration({.name = "sor",
                                  .summary = "actors on a grid relax their values step by step",
                                  .parameters = {{"size", 20, 2, 1'000},
                                                 {"iterations", 100, 1, 1'000'000}},
                                  .run = sor});

}  // namespace
}  // namespace spinoff::bench::sor
