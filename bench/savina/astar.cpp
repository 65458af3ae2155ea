// A search for a way through a grid of `grid` by `grid` by `grid` nodes, from a corner towards the
// opposite one. A master gives nodes to its workers; a worker goes on from there, breadth first, to
// nodes where nobody was, and gives back what it has not come to when it has done its share. The
// first to find the target ends the search. It is checked that from the target the way leads back
// to the corner, each step along an edge of the graph.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "savina/busy_wait.hpp"
#include "savina/run.hpp"
#include "savina/worker_pool.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::astar {
namespace {

constexpr std::int64_t kWaitPerNode = 100;

struct GridNode {
  std::size_t i = 0;
  std::size_t j = 0;
  std::size_t k = 0;
  std::vector<GridNode*> neighbors;
  std::atomic<const GridNode*> parent = nullptr;  // set by who came here first
  double distance = 0;                            // written by the same
};

double distance(const GridNode& a, const GridNode& b) {
  const auto square = [](std::size_t x, std::size_t y) {
    const double difference = static_cast<double>(x) - static_cast<double>(y);
    return difference * difference;
  };
  return std::sqrt(square(a.i, b.i) + square(a.j, b.j) + square(a.k, b.k));
}

class Grid {
 public:
  explicit Grid(std::size_t size) : size_(size), nodes_(size * size * size) {
    // The original draws from Java's random numbers, so its graph is another one.
    std::mt19937 random(123'456);
    for (std::size_t number = 0; number < nodes_.size(); ++number) {
      nodes_[number].i = number / size / size;
      nodes_[number].j = number / size % size;
      nodes_[number].k = number % size;
    }
    for (GridNode& node : nodes_) {
      // Each of the corners of a cube, but for the node itself and the opposite one.
      for (std::size_t corner = 1; corner < 7; ++corner) {
        if ((corner == 6 && node.neighbors.empty()) || random() % 2 != 0) {
          add_neighbor(node, at(node.i + corner / 4, node.j + corner / 2 % 2, node.k + corner % 2));
        }
      }
    }
  }

  [[nodiscard]] GridNode& origin() { return nodes_.front(); }
  [[nodiscard]] const GridNode& target() {
    const std::size_t place = size_ * 4 / 5;
    return at(place, place, place);
  }
  [[nodiscard]] bool found_a_way() {
    const GridNode* node = &target();
    for (std::size_t steps = 0; node != &origin(); ++steps) {
      const GridNode* const before = node->parent;
      if (before == nullptr || steps == nodes_.size() ||
          std::find(before->neighbors.begin(), before->neighbors.end(), node) ==
              before->neighbors.end()) {
        return false;
      }
      node = before;
    }
    return true;
  }

 private:
  GridNode& at(std::size_t i, std::size_t j, std::size_t k) {
    const auto inside = [this](std::size_t x) { return std::min(x, size_ - 1); };
    return nodes_[(inside(i) * size_ + inside(j)) * size_ + inside(k)];
  }
  static void add_neighbor(GridNode& node, GridNode& neighbor) {
    auto& all = node.neighbors;
    if (&neighbor != &node && std::find(all.begin(), all.end(), &neighbor) == all.end()) {
      all.push_back(&neighbor);
    }
  }

  std::size_t size_;
  std::vector<GridNode> nodes_;
};

struct Work {
  GridNode* node;
};
struct Received {};
struct Done {};

class Worker : public PoolWorker {
 public:
  Worker(const Run& run, std::shared_ptr<Grid> grid)
      : grid_(std::move(grid)), threshold_(run["threshold"]) {}
  using PoolWorker::on;
  void on(const Work& work) {
    search(*work.node);
    parent() << Received{};
  }
  using Receives = Messages<Work, Stop>;

 private:
  void search(GridNode& from) {
    std::deque<GridNode*> queue{&from};
    for (std::int64_t i = 0; !queue.empty() && i < threshold_; ++i) {
      busy_wait(kWaitPerNode);
      const GridNode& node = *queue.front();
      queue.pop_front();
      for (GridNode* const neighbor : node.neighbors) {
        if (come_to(*neighbor, node)) {
          if (neighbor == &grid_->target()) {
            parent() << Done{};
            return;
          }
          queue.push_back(neighbor);
        }
      }
    }
    for (GridNode* const node : queue) {
      parent() << Work{node};
    }
  }
  static bool come_to(GridNode& node, const GridNode& from) {
    const GridNode* nobody = nullptr;
    if (!node.parent.compare_exchange_strong(nobody, &from)) {
      return false;
    }
    node.distance = from.distance + distance(node, from);
    return true;
  }

  std::shared_ptr<Grid> grid_;
  std::int64_t threshold_;
};

class Master : public PoolMaster {
 public:
  Master(Run& run, std::shared_ptr<Grid> grid) : run_(run), grid_(std::move(grid)) {}
  void pre_start() override {
    for (std::int64_t i = run_["workers"]; i > 0; --i) {
      add_worker(spawn<Worker>(std::cref(run_), grid_));
    }
    on(Work{&grid_->origin()});
  }
  using PoolMaster::on;
  void on(const Work& work) {
    ++messages_;
    if (!stopping()) {
      workers()[sent_ % workers().size()] << work;
      ++sent_;
    }
  }
  void on(const Received& /*received*/) {
    ++messages_;
    if (++received_ == sent_) {
      stop_workers();
    }
  }
  void on(const Done& /*done*/) {
    ++messages_;
    stop_workers();
  }
  void on(const Stop& stopped) {
    ++messages_;
    PoolMaster::on(stopped);
  }
  void post_stop() override {
    // The first piece of work was no message; a worker has got each, and a stop.
    run_.report(messages_ - 1 + static_cast<std::int64_t>(sent_ + workers().size()));
  }
  using Receives = Messages<Work, Received, Done, Stop>;

 private:
  Run& run_;
  std::shared_ptr<Grid> grid_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  std::int64_t messages_ = 0;
};

Outcome astar(Run& run) {
  const auto grid = std::make_shared<Grid>(static_cast<std::size_t>(run["grid"]));
  run.start();
  run.node().spawn<Master>(std::ref(run), grid);
  const std::int64_t messages = run.wait();
  return {.messages = static_cast<std::uint64_t>(messages), .verified = grid->found_a_way()};
}

const Registration kRegistration({.name = "astar",
                                  .summary = "workers search a way through a grid",
                                  .parameters = {{"grid", 30, 2, 240},
                                                 {"workers", 20, 1, 10'000},
                                                 {"threshold", 1'024, 1, 1'000'000'000}},
                                  .run = astar});

}  // namespace
}  // namespace spinoff::bench::astar
