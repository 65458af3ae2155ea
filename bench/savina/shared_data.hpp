/// Workers that share data which an actor keeps: each asks it n times, waiting for the answer
/// before it asks again. A master makes them, and ends the data's actor when all have ended.
///
/// `Requests` are what a worker asks: made from the run and the worker's number, and with a
/// function `send_next(const Ref& data)`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/run.hpp"

namespace spinoff::bench {

struct DoWork {};
struct EndWork {};
struct Answer {
  std::int64_t value;
};

/// Those that each worker got.
using Answers = std::vector<std::vector<std::int64_t>>;

template <class Requests>
class DataWorker : public Actor {
 public:
  DataWorker(const Run& run, std::shared_ptr<Answers> all_answers, std::int64_t number, Ref data)
      : data_(std::move(data)),
        requests_(run, number),
        all_answers_(std::move(all_answers)),
        number_(static_cast<std::size_t>(number)),
        n_(static_cast<std::size_t>(run["n"])) {
    answers_.reserve(n_);
  }
  void on(const DoWork& /*work*/) { work(); }
  void on(const Answer& answer) {
    answers_.push_back(answer.value);
    work();
  }
  // Not before: the workers' places in `all_answers_` share cache lines.
  void post_stop() override { (*all_answers_)[number_] = std::move(answers_); }
  using Receives = Messages<DoWork, Answer>;

 private:
  void work() {
    if (answers_.size() == n_) {
      parent() << EndWork{};
      stop();
    } else {
      requests_.send_next(data_);
    }
  }

  Ref data_;
  Requests requests_;
  std::vector<std::int64_t> answers_;
  std::shared_ptr<Answers> all_answers_;
  std::size_t number_;
  std::size_t n_;
};

/// Reports the number of workers that have ended.
template <class Requests>
class DataMaster : public Actor {
 public:
  DataMaster(Run& run, std::shared_ptr<Answers> answers, Ref data)
      : run_(run), answers_(std::move(answers)), data_(std::move(data)) {}
  void pre_start() override {
    for (std::int64_t i = 0; i < workers_; ++i) {
      spawn<DataWorker<Requests>>(std::cref(run_), answers_, i, data_) << DoWork{};
    }
  }
  void on(const EndWork& /*end*/) {
    if (++ended_ == workers_) {
      data_ << EndWork{};
      stop();
    }
  }
  void post_stop() override { run_.report(ended_, 1); }
  using Receives = Messages<EndWork>;

 private:
  Run& run_;
  std::shared_ptr<Answers> answers_;
  Ref data_;
  std::int64_t workers_ = run_["workers"];
  std::int64_t ended_ = 0;
};

/// Questions and answers; each worker's begin and end; the end of the data's actor.
inline std::uint64_t count_data_messages(const Run& run) {
  return static_cast<std::uint64_t>(2 * run["n"] * run["workers"] + 2 * run["workers"] + 1);
}

}  // namespace spinoff::bench
