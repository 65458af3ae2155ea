// A tree of actors that grows at random until it has `nodes` nodes. Each new node computes a little
// and asks the root whether to have children. When there are enough, all nodes are traversed, from
// the top: each computes as much as the root has drawn for it, and stops. Each node must have been
// traversed once, and the nodes' numbers must be those of a full tree.
//
// The original's loops count to 40 000 for each unit of computation, which no compiler leaves as it
// is: they take no time there. Here they count in memory, to a lower number. Urgent nodes are
// drawn, but nothing is done for them, as in all engines without priorities.
#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::uct {
namespace {

constexpr std::uint32_t kSeed = 2;
constexpr std::int64_t kFirstComputation = 100;  // before a node asks

struct GenerateTree {};
struct TryGenerateChildren {};
struct ShouldGenerateChildren {
  std::int64_t height;
};
struct GenerateChildren {
  std::int64_t first_number;
  std::int64_t computation;  // of each child
};
struct UrgentGenerateChildren {
  std::int64_t urgent_child;
  GenerateChildren children;
};
struct UpdateGrant {
  std::int64_t child;
};
struct Traverse {};
struct Terminate {};

void compute(std::int64_t units, std::int64_t unit) {
  volatile std::int64_t count = 0;
  while (count < units * unit) {
    count = count + 1;
  }
}

/// What the root finds out.
struct Tree {
  std::int64_t asked = 0;
  std::int64_t size = 0;
  std::int64_t height = 0;
};

class TreeNode : public Actor {
 public:
  TreeNode(Run& run, Ref above, Ref root, std::int64_t height, std::int64_t number,
           std::int64_t computation)
      : run_(run),
        above_(std::move(above)),
        root_(std::move(root)),
        height_(height),
        number_(number),
        computation_(computation) {}
  void on(const TryGenerateChildren& /*generate*/) {
    compute(kFirstComputation, run_["unit"]);
    root_ << ShouldGenerateChildren{height_};
  }
  void on(const GenerateChildren& generate) {
    const std::int64_t count = run_["binomial"];
    above_ << UpdateGrant{number_ % count};
    for (std::int64_t i = 0; i < count; ++i) {
      // Not below this actor, which stops before they do.
      children_.push_back(run_.node().spawn<TreeNode>(std::ref(run_), Ref(self()), root_,
                                                      height_ + 1, generate.first_number + i,
                                                      generate.computation));
    }
    for (const auto& child : children_) {
      child << TryGenerateChildren{};
    }
  }
  void on(const UrgentGenerateChildren& generate) { on(generate.children); }
  void on(const UpdateGrant& /*grant*/) { ++granted_; }
  void on(const Traverse& traverse) {
    compute(computation_, run_["unit"]);
    ++traversed_;
    for (const auto& child : children_) {
      child << traverse;
    }
  }
  void on(const Terminate& terminate) {
    for (const auto& child : children_) {
      child << terminate;
    }
    stop();
  }
  void post_stop() override {
    run_.report(traversed_ * number_, static_cast<std::size_t>(number_));
  }
  using Receives = Messages<TryGenerateChildren, GenerateChildren, UrgentGenerateChildren,
                            UpdateGrant, Traverse, Terminate>;

 private:
  Run& run_;
  Ref above_;
  Ref root_;
  std::int64_t height_;
  std::int64_t number_;
  std::int64_t computation_;
  std::vector<TypedRef<TreeNode>> children_;
  std::int64_t granted_ = 0;
  std::int64_t traversed_ = 0;
};

class Root : public Actor {
 public:
  Root(Run& run, std::shared_ptr<Tree> tree)
      : run_(run),
        tree_(std::move(tree)),
        normal_(static_cast<double>(run["average"]), static_cast<double>(run["deviation"])) {}
  void on(const GenerateTree& /*generate*/) {
    tree_->height = 2;
    const std::int64_t computation = draw_computation();
    for (std::int64_t i = 0; i < binomial_; ++i) {
      children_.push_back(run_.node().spawn<TreeNode>(std::ref(run_), Ref(self()), Ref(self()),
                                                      tree_->height, 1 + i, computation));
    }
    tree_->size = 1 + binomial_;
    open_ = binomial_;
    for (const auto& child : children_) {
      child << TryGenerateChildren{};
    }
  }
  void on(const ShouldGenerateChildren& child) {
    ++tree_->asked;
    --open_;
    if (tree_->size + binomial_ > run_["nodes"]) {
      end();
    } else if (random_() % 2 != 0) {
      generate_children();
      tree_->height = std::max(tree_->height, child.height + 1);
    } else if (open_ == 0) {
      throw std::runtime_error("the tree has ended at " + std::to_string(tree_->size) +
                               " nodes: all of them drew that they have no children");
    } else {
      tree_->height = std::max(tree_->height, child.height);
    }
  }
  void on(const UpdateGrant& /*grant*/) {}
  void post_stop() override { run_.report(0); }
  using Receives = Messages<GenerateTree, ShouldGenerateChildren, UpdateGrant>;

 private:
  std::int64_t draw_computation() {
    std::int64_t result = 0;
    while (result <= 0) {
      result = std::lround(normal_(random_));
    }
    return result;
  }
  void generate_children() {
    const GenerateChildren generate{tree_->size, draw_computation()};
    tree_->size += binomial_;
    open_ += binomial_;
    if (static_cast<std::int64_t>(random_() % 100) > run_["urgent_percent"]) {
      sender() << generate;
    } else {
      const auto urgent = static_cast<std::int64_t>(random_()) % binomial_;
      sender() << UrgentGenerateChildren{urgent, generate};
    }
  }
  void end() {
    for (const auto& child : children_) {
      child << Traverse{};
    }
    for (const auto& child : children_) {
      child << Terminate{};
    }
    stop();
  }

  Run& run_;
  std::shared_ptr<Tree> tree_;
  std::mt19937 random_{kSeed};
  std::normal_distribution<double> normal_;
  std::int64_t binomial_ = run_["binomial"];
  std::vector<TypedRef<TreeNode>> children_;
  std::int64_t open_ = 0;  // nodes that have not asked yet
};

Outcome uct(Run& run) {
  const std::int64_t binomial = run["binomial"];
  const std::int64_t families = std::max<std::int64_t>((run["nodes"] - 1) / binomial, 1);
  const std::int64_t nodes = families * binomial;  // but for the root
  const auto tree = std::make_shared<Tree>();
  const auto root = run.node().spawn<Root>(std::ref(run), tree);
  run.start(static_cast<std::size_t>(nodes) + 1);
  root << GenerateTree{};
  const bool all_traversed = run.wait() == nodes * (nodes + 1) / 2;
  run.add_figure("height", static_cast<double>(tree->height));
  // The first; each node is told to ask, is traversed and ends; each family but the first is told
  // to be and tells it; and what the root was asked before it ended.
  const std::int64_t messages = 1 + 3 * nodes + 2 * (families - 1) + tree->asked;
  return {.messages = static_cast<std::uint64_t>(messages),
          .verified = all_traversed && tree->size == nodes + 1};
}

const Registration kRegistration({.name = "uct",
                                  .summary = "a tree of actors grows at random, and is traversed",
                                  .parameters = {{"nodes", 200'000, 1, 10'000'000},
                                                 {"average", 500, 1, 1'000'000},
                                                 {"deviation", 100, 1, 1'000'000},
                                                 {"binomial", 10, 3, 1'000},
                                                 {"urgent_percent", 50, 0, 100},
                                                 {"unit", 10, 0, 1'000'000}},
                                  .run = uct});

}  // namespace
}  // namespace spinoff::bench::uct
