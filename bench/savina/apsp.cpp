// The shortest paths between all pairs of n nodes of a graph, by the algorithm of Floyd and
// Warshall. Each actor has a block of the matrix of distances. In each of n rounds it sends its
// block to all in its row and column, waits for theirs, and computes its block anew. The distances
// are compared with those of a sequential computation.
#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::apsp {
namespace {

/// In one piece of memory: a block is made by one worker, and often freed by another.
class Matrix {
 public:
  explicit Matrix(std::size_t size) : size_(size), values_(size * size) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  std::int64_t* operator[](std::size_t row) { return values_.data() + row * size_; }
  const std::int64_t* operator[](std::size_t row) const { return values_.data() + row * size_; }
  friend bool operator==(const Matrix&, const Matrix&) = default;

 private:
  std::size_t size_;
  std::vector<std::int64_t> values_;
};
/// Those who get a block share it.
using Block = std::shared_ptr<const Matrix>;

Matrix make_graph(std::size_t n, std::uint64_t max_weight) {
  PseudoRandom random(n);
  Matrix graph(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      graph[i][j] = graph[j][i] = static_cast<std::int64_t>(random.next(max_weight)) + 1;
    }
  }
  return graph;
}

Matrix shortest_paths(Matrix graph) {
  for (std::size_t k = 0; k < graph.size(); ++k) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
      for (std::size_t j = 0; j < graph.size(); ++j) {
        graph[i][j] = std::min(graph[i][j], graph[i][k] + graph[k][j]);
      }
    }
  }
  return graph;
}

struct Neighbors {
  std::vector<Ref> actors;
};
struct Begin {};
struct Result {
  std::size_t round;  // 0: nothing is computed yet
  std::size_t row;    // of blocks
  std::size_t column;
  Block block;
};

class BlockActor : public Actor {
 public:
  BlockActor(Run& run, const std::shared_ptr<const Matrix>& graph,
             std::shared_ptr<const Matrix> expected, std::size_t row, std::size_t column)
      : run_(run),
        expected_(std::move(expected)),
        row_(row),
        column_(column),
        rounds_(graph->size()),
        block_(cut(*graph)) {}
  void on(const Neighbors& neighbors) { neighbors_ = neighbors.actors; }
  void on(const Begin& /*begin*/) {
    begun_ = true;
    tell_neighbors();
    compute_if_ready();
  }
  /// A neighbor may be a round ahead.
  void on(Result result) {
    std::vector<Result>& results = received_[result.round % 2];
    results.push_back(std::move(result));
    compute_if_ready();
  }
  void post_stop() override {
    const std::size_t number = row_ * rounds_ / block_->size() + column_;
    run_.report(*block_ == *cut(*expected_) ? 1 : 0, number);
  }
  using Receives = Messages<Neighbors, Begin, Result>;

 private:
  [[nodiscard]] Block cut(const Matrix& matrix) const {
    const auto size = static_cast<std::size_t>(run_["block"]);
    Matrix block(size);
    for (std::size_t i = 0; i < size; ++i) {
      std::copy_n(matrix[row_ * size + i] + column_ * size, size, block[i]);
    }
    return std::make_shared<const Matrix>(std::move(block));
  }
  void tell_neighbors() {
    for (const Ref& neighbor : neighbors_) {
      neighbor << Result{round_, row_, column_, block_};
    }
  }
  // Without neighbors, all rounds at once.
  void compute_if_ready() {
    while (begun_ && received_[round_ % 2].size() == neighbors_.size()) {
      compute(received_[round_ % 2]);
      received_[round_ % 2].clear();
      if (++round_ == rounds_) {
        stop();
        return;
      }
      tell_neighbors();
    }
  }
  void compute(const std::vector<Result>& results) {
    const std::size_t size = block_->size();
    const std::size_t middle = round_ / size;  // the row and column of blocks that all need
    const Matrix* left = block_.get();
    const Matrix* above = left;
    for (const Result& result : results) {
      if (result.row == row_ && result.column == middle) {
        left = result.block.get();
      }
      if (result.column == column_ && result.row == middle) {
        above = result.block.get();
      }
    }
    const std::size_t k = round_ % size;
    Matrix next(size);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        next[i][j] = std::min((*block_)[i][j], (*left)[i][k] + (*above)[k][j]);
      }
    }
    block_ = std::make_shared<const Matrix>(std::move(next));
  }

  Run& run_;
  std::shared_ptr<const Matrix> expected_;
  std::size_t row_;
  std::size_t column_;
  std::size_t rounds_;
  Block block_;
  std::vector<Ref> neighbors_;
  std::array<std::vector<Result>, 2> received_;  // for this round and the next one, in turn
  std::size_t round_ = 0;
  bool begun_ = false;
};

Outcome apsp(Run& run) {
  if (run["n"] % run["block"] != 0) {
    throw RunFailed("the number of nodes must be a multiple of the block's size");
  }
  const auto graph = std::make_shared<const Matrix>(make_graph(
      static_cast<std::size_t>(run["n"]), static_cast<std::uint64_t>(run["max_weight"])));
  const auto expected = std::make_shared<const Matrix>(shortest_paths(*graph));
  const auto side = static_cast<std::size_t>(run["n"] / run["block"]);

  run.start(side * side);
  std::vector<std::vector<TypedRef<BlockActor>>> actors(side);
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = 0; j < side; ++j) {
      actors[i].push_back(run.node().spawn<BlockActor>(std::ref(run), graph, expected, i, j));
    }
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t j = 0; j < side; ++j) {
      Neighbors neighbors;
      for (std::size_t k = 0; k < side; ++k) {
        if (k != i) {
          neighbors.actors.push_back(actors[k][j]);
        }
        if (k != j) {
          neighbors.actors.push_back(actors[i][k]);
        }
      }
      actors[i][j] << std::move(neighbors);
    }
  }
  for (const auto& row : actors) {
    for (const auto& actor : row) {
      actor << Begin{};
    }
  }
  // Neighbors and begin; then in each round a block from each neighbor.
  const auto count = static_cast<std::int64_t>(side * side);
  const std::int64_t neighbors = 2 * (static_cast<std::int64_t>(side) - 1);
  return {.messages = static_cast<std::uint64_t>(2 * count + run["n"] * count * neighbors),
          .verified = run.wait() == count};
}

const Registration kRegistration({.name = "apsp",
                                  .summary = "blocks of a matrix find all shortest paths",
                                  .parameters = {{"n", 300, 1, 10'000},
                                                 {"block", 50, 1, 10'000},
                                                 {"max_weight", 100, 1, 65'536}},
                                  .run = apsp});

}  // namespace
}  // namespace spinoff::bench::apsp
