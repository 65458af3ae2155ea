// Sorts n numbers by a network of actors: comparators, with splitters and joiners that bring them
// pairs of numbers and keep the order. Each number goes through all steps of all merges. An exit
// follows the last number. The last actor compares what comes with the numbers as the standard
// library sorts them.
#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/stage.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::bitonicsort {
namespace {

using Numbers = std::vector<std::int64_t>;

struct Start {};
struct Value {
  std::int64_t value;
};
/// A value on its way to a joiner.
struct OrderedValue {
  std::size_t order;
  std::int64_t value;
};

/// Gives values their order.
class Tagger : public Stage {
 public:
  Tagger(std::size_t order, Ref next) : Stage(std::move(next)), order_(order) {}
  using Stage::on;
  void on(const Value& value) { next() << OrderedValue{order_, value.value}; }
  using Receives = Messages<Value, Exit>;

 private:
  std::size_t order_;
};

/// Passes values on.
class Forwarder : public Stage {
 public:
  using Stage::on;
  using Stage::Stage;
  void on(const Value& value) { next() << value; }
  using Receives = Messages<Value, Exit>;
};

/// Gives each receiver `length` values in turn.
class Splitter : public Fork {
 public:
  Splitter(std::size_t length, std::vector<Ref> receivers)
      : Fork(std::move(receivers)), length_(length) {}
  using Fork::on;
  void on(const Value& value) {
    next()[receiver_] << value;
    if (++run_length_ == length_) {
      run_length_ = 0;
      receiver_ = (receiver_ + 1) % next().size();
    }
  }
  using Receives = Messages<Value, Exit>;

 private:
  std::size_t length_;
  std::size_t receiver_ = 0;
  std::size_t run_length_ = 0;
};

/// Takes `length` values from each sender in turn.
class Joiner : public Stage {
 public:
  Joiner(std::size_t length, std::size_t senders, Ref next)
      : Stage(std::move(next), senders), length_(length), waiting_(senders) {}
  using Stage::on;
  void on(const OrderedValue& value) {
    waiting_[value.order].push_back(value.value);
    while (!waiting_[sender_].empty()) {
      next() << Value{waiting_[sender_].front()};
      waiting_[sender_].pop_front();
      if (++run_length_ == length_) {
        run_length_ = 0;
        sender_ = (sender_ + 1) % waiting_.size();
      }
    }
  }
  using Receives = Messages<OrderedValue, Exit>;

 private:
  std::size_t length_;
  std::vector<std::deque<std::int64_t>> waiting_;
  std::size_t sender_ = 0;
  std::size_t run_length_ = 0;
};

class Comparator : public Stage {
 public:
  Comparator(std::size_t order, bool up, Ref next)
      : Stage(std::move(next)), order_(order), up_(up) {}
  using Stage::on;
  void on(const Value& value) {
    if (!has_first_) {
      first_ = value.value;
    } else {
      const auto [low, high] = std::minmax(first_, value.value);
      next() << OrderedValue{order_, up_ ? low : high};
      next() << OrderedValue{order_, up_ ? high : low};
    }
    has_first_ = !has_first_;
  }
  using Receives = Messages<Value, Exit>;

 private:
  std::size_t order_;
  bool up_;
  bool has_first_ = false;
  std::int64_t first_ = 0;
};

/// Sorts one bitonic sequence, by half its length of comparators.
class Partition : public Forwarder {
 public:
  Partition(Run& run, std::size_t order, std::size_t length, bool up, const Ref& next)
      : Forwarder(make(run.node(), order, length / 2, up, next)) {}

 private:
  static Ref make(Node& node, std::size_t order, std::size_t half, bool up, const Ref& next) {
    const Ref tagger = node.spawn<Tagger>(order, next);
    const Ref joiner = node.spawn<Joiner>(std::size_t{1}, half, tagger);
    std::vector<Ref> comparators;
    comparators.reserve(half);
    for (std::size_t i = 0; i < half; ++i) {
      comparators.push_back(node.spawn<Comparator>(i, up, joiner));
    }
    return node.spawn<Splitter>(std::size_t{1}, std::move(comparators));
  }
};

/// A step of a merge: so many sequences side by side.
struct Step {
  std::size_t length;  // of a sequence
  std::size_t sequences;
  /// So many sequences after each other are sorted up, and as many down; 0: all up, in the last
  /// merge.
  std::size_t same_direction;
};

class MergeStep : public Forwarder {
 public:
  MergeStep(Run& run, const Step& step, const Ref& next) : Forwarder(make(run, step, next)) {}

 private:
  static Ref make(Run& run, const Step& step, const Ref& next) {
    Node& node = run.node();
    const bool is_last = step.same_direction == 0;
    const Ref behind = is_last ? next : Ref(node.spawn<Forwarder>(next));
    const Ref joiner = node.spawn<Joiner>(step.length, step.sequences, behind);
    std::vector<Ref> sorters;
    for (std::size_t i = 0; i < step.sequences; ++i) {
      const bool up = is_last || i / step.same_direction % 2 == 0;
      // A sequence of two is one comparator's.
      if (step.length > 2) {
        sorters.push_back(node.spawn<Partition>(std::ref(run), i, step.length, up, joiner));
      } else {
        sorters.push_back(node.spawn<Comparator>(i, up, joiner));
      }
    }
    return node.spawn<Splitter>(step.length, std::move(sorters));
  }
};

/// Merges sequences of `merged` numbers. The last step is made first.
std::vector<Step> steps_of_merge(std::size_t n, std::size_t merged) {
  std::vector<Step> steps;
  for (std::size_t i = merged / 2; i >= 1; i /= 2) {
    steps.push_back(
        {.length = merged / i, .sequences = n / merged * i, .same_direction = merged == n ? 0 : i});
  }
  return steps;
}

class MergeStage : public Forwarder {
 public:
  MergeStage(Run& run, std::size_t n, std::size_t merged, Ref next)
      : Forwarder(make(run, n, merged, std::move(next))) {}

 private:
  static Ref make(Run& run, std::size_t n, std::size_t merged, Ref next) {
    for (const Step& step : steps_of_merge(n, merged)) {
      next = run.node().spawn<MergeStep>(std::ref(run), step, next);
    }
    return next;
  }
};

class Kernel : public Forwarder {
 public:
  Kernel(Run& run, std::size_t n, Ref next) : Forwarder(make(run, n, std::move(next))) {}

 private:
  static Ref make(Run& run, std::size_t n, Ref next) {
    for (std::size_t merged = n; merged >= 2; merged /= 2) {
      next = run.node().spawn<MergeStage>(std::ref(run), n, merged, next);
    }
    return next;
  }
};

class Source : public Stage {
 public:
  Source(std::shared_ptr<const Numbers> numbers, Ref next)
      : Stage(std::move(next)), numbers_(std::move(numbers)) {}
  void on(const Start& /*start*/) {
    for (const std::int64_t value : *numbers_) {
      next() << Value{value};
    }
    Stage::on(Exit{});
  }
  using Receives = Messages<Start>;

 private:
  std::shared_ptr<const Numbers> numbers_;
};

class Validator : public Actor {
 public:
  Validator(Run& run, std::shared_ptr<const Numbers> sorted)
      : run_(run), sorted_(std::move(sorted)) {}
  void on(const Value& value) {
    right_ += count_ < sorted_->size() && value.value == (*sorted_)[count_] ? 1 : 0;
    ++count_;
  }
  void on(const Exit& /*exit*/) { stop(); }
  void post_stop() override { run_.report(right_); }
  using Receives = Messages<Value, Exit>;

 private:
  Run& run_;
  std::shared_ptr<const Numbers> sorted_;
  std::size_t count_ = 0;
  std::int64_t right_ = 0;
};

std::size_t count_messages(std::size_t n) {
  std::size_t values = 3;  // that each number is: for the kernel, the adapter, the validator
  std::size_t exits = 3;
  for (std::size_t merged = n; merged >= 2; merged /= 2) {
    ++values;
    ++exits;
    for (const Step& step : steps_of_merge(n, merged)) {
      const std::size_t behind = step.same_direction == 0 ? 0 : 1;
      // The step, its splitter, and its joiner; a comparator, or in a partition five actors.
      values += 3 + behind + (step.length > 2 ? 5 : 1);
      exits += 2 + behind + step.sequences;
      exits += step.sequences * (step.length > 2 ? 3 + step.length : 1);
    }
  }
  return 1 + n * values + exits;
}

Outcome bitonicsort(Run& run) {
  const auto n = static_cast<std::size_t>(run["n"]);
  Numbers numbers = draw_numbers(run["n"], run["max"], run["seed"]);
  Numbers sorted = numbers;
  std::sort(sorted.begin(), sorted.end());

  run.start();
  const Ref validator = run.node().spawn<Validator>(
      std::ref(run), std::make_shared<const Numbers>(std::move(sorted)));
  const Ref adapter = run.node().spawn<Forwarder>(validator);
  const Ref kernel = run.node().spawn<Kernel>(std::ref(run), n, adapter);
  run.node().spawn<Source>(std::make_shared<const Numbers>(std::move(numbers)), kernel) << Start{};
  return {.messages = count_messages(n), .verified = run.wait() == run["n"]};
}

const Registration kRegistration(
    {.name = "bitonicsort",
     .summary = "a network of comparing actors sorts numbers",
     .parameters = {{.key = "n", .standard = 4'096, .min = 2, .max = 65'536, .power_of = 2},
                    {"max", 1LL << 60, 1, 1LL << 60},
                    {"seed", 2'048, 0, 65'535}},
     .run = bitonicsort});

}  // namespace
}  // namespace spinoff::bench::bitonicsort
