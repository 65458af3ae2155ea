// Multiplies two matrices of n by n. A master gives blocks of the product to its workers; a worker
// who gets a block that is too large sends back eight products of smaller blocks. All that is added
// to one place goes to one worker. Every element of the result is checked.
#include <memory>
#include <vector>

#include "savina/run.hpp"
#include "savina/worker_pool.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::recmatmul {
namespace {

using Matrix = std::vector<std::vector<double>>;

struct Matrices {
  explicit Matrices(std::size_t n) : a(n, std::vector<double>(n)), b(a), c(a) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] = static_cast<double>(i);
        b[i][j] = static_cast<double>(j);
      }
    }
  }
  [[nodiscard]] bool product_is_right() const {
    const std::size_t n = c.size();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        if (c[i][j] != static_cast<double>(n * i * j)) {
          return false;
        }
      }
    }
    return true;
  }

  Matrix a;
  Matrix b;
  Matrix c;
};

struct Corner {
  std::size_t row;
  std::size_t column;
};
/// Blocks of `dim` by `dim`, by their first elements: c += a * b.
struct Work {
  Corner a;
  Corner b;
  Corner c;
  std::size_t dim;
};
struct Done {};

class Worker : public PoolWorker {
 public:
  Worker(const Run& run, std::shared_ptr<Matrices> matrices)
      : matrices_(std::move(matrices)), threshold_(static_cast<std::size_t>(run["threshold"])) {}
  using PoolWorker::on;
  void on(const Work& work) {
    if (work.dim * work.dim > threshold_) {
      split(work);
    } else {
      multiply(work);
    }
    parent() << Done{};
  }
  using Receives = Messages<Work, Stop>;

 private:
  void split(const Work& work) {
    const std::size_t half = work.dim / 2;
    for (const std::size_t row : {std::size_t{0}, half}) {
      for (const std::size_t column : {std::size_t{0}, half}) {
        for (const std::size_t inner : {std::size_t{0}, half}) {
          parent() << Work{.a = {work.a.row + row, work.a.column + inner},
                           .b = {work.b.row + inner, work.b.column + column},
                           .c = {work.c.row + row, work.c.column + column},
                           .dim = half};
        }
      }
    }
  }
  void multiply(const Work& work) {
    const Matrix& a = matrices_->a;
    const Matrix& b = matrices_->b;
    Matrix& c = matrices_->c;
    for (std::size_t i = work.c.row; i < work.c.row + work.dim; ++i) {
      for (std::size_t j = work.c.column; j < work.c.column + work.dim; ++j) {
        for (std::size_t k = 0; k < work.dim; ++k) {
          c[i][j] += a[i][work.a.column + k] * b[work.b.row + k][j];
        }
      }
    }
  }

  std::shared_ptr<Matrices> matrices_;
  std::size_t threshold_;
};

class Master : public PoolMaster {
 public:
  Master(Run& run, std::shared_ptr<Matrices> matrices)
      : run_(run), matrices_(std::move(matrices)) {}
  void pre_start() override {
    for (std::int64_t i = run_["workers"]; i > 0; --i) {
      add_worker(spawn<Worker>(std::cref(run_), matrices_));
    }
    on(Work{.a = {}, .b = {}, .c = {}, .dim = matrices_->c.size()});
  }
  using PoolMaster::on;
  void on(const Work& work) {
    workers()[(work.c.row + work.c.column) % workers().size()] << work;
    ++sent_;
  }
  void on(const Done& /*done*/) {
    if (++done_ == sent_) {
      stop_workers();
    }
  }
  void post_stop() override { run_.report(sent_); }
  using Receives = Messages<Work, Done, Stop>;

 private:
  Run& run_;
  std::shared_ptr<Matrices> matrices_;
  std::int64_t sent_ = 0;
  std::int64_t done_ = 0;
};

Outcome recmatmul(Run& run) {
  const auto matrices = std::make_shared<Matrices>(static_cast<std::size_t>(run["n"]));
  run.start();
  run.node().spawn<Master>(std::ref(run), matrices);
  // Each product goes to a worker, who says that it is done; all but the first come from workers.
  const std::int64_t work = run.wait();
  return {.messages = static_cast<std::uint64_t>(3 * work - 1 + 2 * run["workers"]),
          .verified = matrices->product_is_right()};
}

const Registration kRegistration(
    {.name = "recmatmul",
     .summary = "a master and workers multiply matrices block by block",
     .parameters = {{.key = "n", .standard = 1'024, .min = 1, .max = 8'192, .power_of = 2},
                    {"workers", 20, 1, 10'000},
                    {"threshold", 16'384, 1, 1'000'000'000}},
     .run = recmatmul});

}  // namespace
}  // namespace spinoff::bench::recmatmul
