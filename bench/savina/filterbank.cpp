// A bank of filters as in signal processing: a producer makes a source send one number after the
// other; each goes through several channels at once, each a chain of actors (delay, FIR filter,
// sampling, delay, FIR filter), whose results are put together and added up for a sink. Of the
// numbers that sampling lets through there are few, so it is quick to compute sequentially what the
// sink must get, to the bit.
#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "savina/run.hpp"
#include "savina/stage.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::filterbank {
namespace {

using Numbers = std::vector<double>;

struct Next {};
struct Boot {};
struct Value {
  double value;
};
struct ChannelValue {
  std::size_t channel;
  double value;
};
struct Collection {
  Numbers values;  // by channel
};

Numbers first_coefficients(std::size_t channel, std::size_t columns, std::size_t channels) {
  Numbers result(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    result[i] = static_cast<double>(i * columns + channel * channels + channel + i + channel + 1);
  }
  return result;
}

Numbers second_coefficients(std::size_t channel, std::size_t columns) {
  Numbers result(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    result[i] = static_cast<double>(i * channel + channel * channel + channel + i);
  }
  return result;
}

/// As in the original, by the place where a number is kept, and not by its age.
double convolve(const Numbers& data, const Numbers& coefficients) {
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    sum += data[i] * coefficients[data.size() - i - 1];
  }
  return sum;
}

double source_value(std::int64_t number) {
  return static_cast<double>(number % 1000);
}

class Sink : public Actor {
 public:
  Sink(Run& run, std::shared_ptr<Numbers> results) : run_(run), results_(std::move(results)) {}
  void on(const Value& value) { results_->push_back(value.value); }
  void on(const Exit& /*exit*/) { stop(); }
  void post_stop() override { run_.report(1); }
  using Receives = Messages<Value, Exit>;

 private:
  Run& run_;
  std::shared_ptr<Numbers> results_;
};

class Combine : public Stage {
 public:
  using Stage::on;
  using Stage::Stage;
  void on(const Collection& collection) {
    double sum = 0;
    for (const double value : collection.values) {
      sum += value;
    }
    next() << Value{sum};
  }
  using Receives = Messages<Collection, Exit>;
};

class Integrator : public Stage {
 public:
  Integrator(std::size_t channels, Ref next)
      : Stage(std::move(next), channels), waiting_(channels) {}
  using Stage::on;
  void on(const ChannelValue& value) {
    waiting_[value.channel].push_back(value.value);
    if (waiting_[value.channel].size() == 1 && ++ready_ == waiting_.size()) {
      Collection collection;
      ready_ = 0;
      for (auto& queue : waiting_) {
        collection.values.push_back(queue.front());
        queue.pop_front();
        ready_ += queue.empty() ? 0 : 1;
      }
      next() << std::move(collection);
    }
  }
  using Receives = Messages<ChannelValue, Exit>;

 private:
  std::vector<std::deque<double>> waiting_;
  std::size_t ready_ = 0;  // channels of which a value waits
};

class TaggedForward : public Stage {
 public:
  TaggedForward(std::size_t channel, Ref next) : Stage(std::move(next)), channel_(channel) {}
  using Stage::on;
  void on(const Value& value) { next() << ChannelValue{channel_, value.value}; }
  using Receives = Messages<Value, Exit>;

 private:
  std::size_t channel_;
};

class FirFilter : public Stage {
 public:
  FirFilter(Numbers coefficients, Ref next)
      : Stage(std::move(next)), coefficients_(std::move(coefficients)) {}
  using Stage::on;
  void on(const Value& value) {
    data_[index_] = value.value;
    if (++index_ == data_.size()) {
      index_ = 0;
      full_ = true;
    }
    if (full_) {
      next() << Value{convolve(data_, coefficients_)};
    }
  }
  using Receives = Messages<Value, Exit>;

 private:
  Numbers coefficients_;
  Numbers data_ = Numbers(coefficients_.size());
  std::size_t index_ = 0;
  bool full_ = false;
};

class Delay : public Stage {
 public:
  Delay(std::size_t length, Ref next) : Stage(std::move(next)), state_(length) {}
  using Stage::on;
  void on(const Value& value) {
    next() << Value{state_[place_]};
    state_[place_] = value.value;
    place_ = (place_ + 1) % state_.size();
  }
  using Receives = Messages<Value, Exit>;

 private:
  Numbers state_;
  std::size_t place_ = 0;
};

class SampleFilter : public Stage {
 public:
  SampleFilter(std::size_t rate, Ref next) : Stage(std::move(next)), rate_(rate) {}
  using Stage::on;
  void on(const Value& value) {
    next() << (received_ == 0 ? value : Value{0});
    received_ = (received_ + 1) % rate_;
  }
  using Receives = Messages<Value, Exit>;

 private:
  std::size_t rate_;
  std::size_t received_ = 0;
};

/// A channel. The chain is made from its end; nobody in it is a child, which would end too early.
class Bank : public Stage {
 public:
  Bank(Run& run, std::size_t channel, const Ref& integrator)
      : Stage(make_chain(run, channel, integrator)) {}
  using Stage::on;
  void on(const Value& value) { next() << value; }
  using Receives = Messages<Value, Exit>;

 private:
  static Ref make_chain(Run& run, std::size_t channel, const Ref& integrator) {
    const auto columns = static_cast<std::size_t>(run["columns"]);
    const auto channels = static_cast<std::size_t>(run["channels"]);
    Node& node = run.node();
    Ref next = node.spawn<TaggedForward>(channel, integrator);
    next = node.spawn<FirFilter>(second_coefficients(channel, columns), next);
    next = node.spawn<Delay>(columns - 1, next);
    next = node.spawn<SampleFilter>(columns, next);
    next = node.spawn<FirFilter>(first_coefficients(channel, columns, channels), next);
    return node.spawn<Delay>(columns - 1, next);
  }
};

class Branches : public Fork {
 public:
  Branches(Run& run, const Ref& integrator) : Fork(make_banks(run, integrator)) {}
  using Fork::on;
  void on(const Value& value) {
    for (const Ref& bank : next()) {
      bank << value;
    }
  }
  using Receives = Messages<Value, Exit>;

 private:
  static std::vector<Ref> make_banks(Run& run, const Ref& integrator) {
    const auto count = static_cast<std::size_t>(run["channels"]);
    std::vector<Ref> banks;
    banks.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      banks.push_back(run.node().spawn<Bank>(std::ref(run), i, integrator));
    }
    return banks;
  }
};

class Source : public Stage {
 public:
  using Stage::on;
  using Stage::Stage;
  void on(const Boot& /*boot*/) {
    next() << Value{source_value(current_++)};
    sender() << Next{};
  }
  using Receives = Messages<Boot, Exit>;

 private:
  std::int64_t current_ = 0;
};

class Producer : public Actor {
 public:
  Producer(const Run& run, TypedRef<Source> source)
      : source_(std::move(source)), left_(run["simulations"]) {}
  void on(const Next& /*next*/) {
    if (left_-- > 0) {
      source_ << Boot{};
    } else {
      source_ << Exit{};
      stop();
    }
  }
  using Receives = Messages<Next>;

 private:
  TypedRef<Source> source_;
  std::int64_t left_;
};

/// How many numbers come out of a filter that needs so many at once.
std::int64_t count_filtered(std::int64_t numbers, std::int64_t columns) {
  return std::max<std::int64_t>(numbers - columns + 1, 0);
}

/// What a channel gives to the integrator. The first filter is full when the delay before it gives
/// the first number from the source; then the sampling lets its results through at steps of
/// `columns`. The second filter is always full of zeros but for one such sample, at its last place.
Numbers channel_results(const Run& run, std::size_t channel) {
  const std::int64_t columns = run["columns"];
  const auto places = static_cast<std::size_t>(columns);
  const Numbers first =
      first_coefficients(channel, places, static_cast<std::size_t>(run["channels"]));
  const double last_place = second_coefficients(channel, places).front();
  const std::int64_t filtered = count_filtered(run["simulations"], columns);
  Numbers samples;
  Numbers data(places);
  for (std::int64_t i = 0; i < filtered; i += columns) {
    for (std::int64_t k = i; k < i + columns; ++k) {
      const std::int64_t sent = k - (columns - 1);
      data[static_cast<std::size_t>(k - i)] = sent < 0 ? 0 : source_value(sent);
    }
    samples.push_back(convolve(data, first));
  }
  Numbers results;
  for (std::int64_t i = 0; i < count_filtered(filtered, columns); ++i) {
    results.push_back(samples[static_cast<std::size_t>(i / columns)] * last_place);
  }
  return results;
}

Numbers expected_results(const Run& run) {
  Numbers sums = channel_results(run, 0);
  for (std::int64_t channel = 1; channel < run["channels"]; ++channel) {
    const Numbers results = channel_results(run, static_cast<std::size_t>(channel));
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] += results[i];
    }
  }
  return sums;
}

Outcome filterbank(Run& run) {
  const std::int64_t sent = run["simulations"];
  const std::int64_t channels = run["channels"];
  const auto results = std::make_shared<Numbers>();
  run.start();
  Node& node = run.node();
  const auto sink = node.spawn<Sink>(std::ref(run), results);
  const auto combine = node.spawn<Combine>(sink);
  const auto integrator = node.spawn<Integrator>(static_cast<std::size_t>(channels), combine);
  const auto branches = node.spawn<Branches>(std::ref(run), integrator);
  const auto source = node.spawn<Source>(branches);
  const auto producer = node.spawn<Producer>(std::cref(run), source);
  producer << Next{};
  run.wait();
  // Every number: asked for, sent, and branched; in each channel before the first filter, the
  // second, and behind it; and put together. Each has an exit behind it, or a last question.
  const std::int64_t once = count_filtered(sent, run["columns"]) + 1;
  const std::int64_t twice = count_filtered(once - 1, run["columns"]) + 1;
  const std::int64_t messages =
      3 * (sent + 1) + channels * (3 * (sent + 1) + 3 * once + 2 * twice) + 2 * twice;
  return {.messages = static_cast<std::uint64_t>(messages),
          .verified = *results == expected_results(run)};
}

const Registration kRegistration({.name = "filterbank",
                                  .summary = "numbers go through several chains of filters",
                                  .parameters = {{"simulations", 34'816, 1, 100'000'000},
                                                 {"columns", 16'384, 2, 1'000'000},
                                                 {"channels", 8, 2, 33}},
                                  .run = filterbank});

}  // namespace
}  // namespace spinoff::bench::filterbank
