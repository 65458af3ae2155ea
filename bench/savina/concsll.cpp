// Some workers share one sorted linked list, which an actor keeps: they insert numbers, ask whether
// one is in it, and how many there are; each waits for the answer before it asks again, n times.
// Afterwards all that the workers asked is drawn once more: each answer must be one that the list
// may have given, and the list must hold what was inserted, sorted.
#include <algorithm>
#include <forward_list>
#include <memory>
#include <vector>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/shared_data.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::concsll {
namespace {

/// What is left for the check when all actors have stopped.
struct Record {
  explicit Record(std::int64_t workers) : answers(static_cast<std::size_t>(workers)) {}
  Answers answers;
  std::vector<std::int64_t> list;
};

struct Insert {
  std::int64_t value;
};
struct Contains {
  std::int64_t value;
};
struct Size {};

enum class Kind : std::uint8_t { insert, contains, size };

/// What a worker asks, one after the other.
class Requests {
 public:
  struct Request {
    Kind kind;
    std::int64_t value;
  };

  Requests(const Run& run, std::int64_t worker)
      : random_(static_cast<std::uint64_t>(worker + run["n"] + run["write_percent"] +
                                           run["size_percent"])),
        write_percent_(run["write_percent"]),
        size_percent_(run["size_percent"]) {}

  Request next() {
    const auto lot = static_cast<std::int64_t>(random_.next(100));
    if (lot < size_percent_) {
      return {.kind = Kind::size, .value = 0};
    }
    const Kind kind = lot < size_percent_ + write_percent_ ? Kind::insert : Kind::contains;
    return {.kind = kind, .value = static_cast<std::int64_t>(random_.next(65'536))};
  }
  void send_next(const Ref& list) {
    const Request request = next();
    switch (request.kind) {
      case Kind::insert:
        list << Insert{request.value};
        break;
      case Kind::contains:
        list << Contains{request.value};
        break;
      case Kind::size:
        list << Size{};
        break;
    }
  }

 private:
  PseudoRandom random_;
  std::int64_t write_percent_;
  std::int64_t size_percent_;
};

/// As in the original, all of its operations go along the list.
class SortedList : public Actor {
 public:
  SortedList(Run& run, std::shared_ptr<Record> record) : run_(run), record_(std::move(record)) {}
  void on(const Insert& insert) {
    auto before = list_.before_begin();
    for (auto after = list_.begin(); after != list_.end() && *after <= insert.value; ++after) {
      before = after;
    }
    list_.insert_after(before, insert.value);
    sender() << Answer{insert.value};
  }
  void on(const Contains& contains) {
    const bool found = std::find(list_.begin(), list_.end(), contains.value) != list_.end();
    sender() << Answer{found ? 1 : 0};
  }
  void on(const Size& /*size*/) { sender() << Answer{std::distance(list_.begin(), list_.end())}; }
  void on(const EndWork& /*end*/) { stop(); }
  void post_stop() override {
    record_->list.assign(list_.begin(), list_.end());
    run_.report(0);
  }
  using Receives = Messages<Insert, Contains, Size, EndWork>;

 private:
  Run& run_;
  std::shared_ptr<Record> record_;
  std::forward_list<std::int64_t> list_;
};

/// `sorted` is all that was ever inserted. What a worker has inserted itself, it must see.
bool answers_are_possible(const Run& run, const Record& record, std::int64_t worker,
                          const std::vector<std::int64_t>& sorted) {
  Requests requests(run, worker);
  const auto inserted = static_cast<std::int64_t>(sorted.size());
  std::vector<std::int64_t> own;
  std::int64_t size = 0;
  for (const std::int64_t answer : record.answers[static_cast<std::size_t>(worker)]) {
    const auto request = requests.next();
    bool right = true;
    if (request.kind == Kind::insert) {
      right = answer == request.value;
      own.push_back(request.value);
    } else if (request.kind == Kind::contains) {
      right = answer == 1 ? std::binary_search(sorted.begin(), sorted.end(), request.value)
                          : std::find(own.begin(), own.end(), request.value) == own.end();
    } else {
      size = std::max(size, static_cast<std::int64_t>(own.size()));
      right = size <= answer && answer <= inserted;
      size = answer;
    }
    if (!right) {
      return false;
    }
  }
  return true;
}

bool is_right(const Run& run, const Record& record) {
  std::vector<std::int64_t> inserted;
  for (std::int64_t worker = 0; worker < run["workers"]; ++worker) {
    Requests requests(run, worker);
    for (std::int64_t i = 0; i < run["n"]; ++i) {
      const auto request = requests.next();
      if (request.kind == Kind::insert) {
        inserted.push_back(request.value);
      }
    }
  }
  std::sort(inserted.begin(), inserted.end());
  bool right = record.list == inserted;
  for (std::int64_t worker = 0; right && worker < run["workers"]; ++worker) {
    right = answers_are_possible(run, record, worker, inserted);
  }
  return right;
}

Outcome concsll(Run& run) {
  const std::int64_t workers = run["workers"];
  const auto record = std::make_shared<Record>(workers);
  run.start(2);
  const auto list = run.node().spawn<SortedList>(std::ref(run), record);
  run.node().spawn<DataMaster<Requests>>(std::ref(run),
                                         std::shared_ptr<Answers>(record, &record->answers), list);
  const bool all_ended = run.wait() == workers;
  return {.messages = count_data_messages(run), .verified = all_ended && is_right(run, *record)};
}

const Registration kRegistration({.name = "concsll",
                                  .summary = "workers share one sorted linked list",
                                  .parameters = {{"n", 8'000, 0, 10'000'000},
                                                 {"workers", 20, 1, 10'000},
                                                 {"write_percent", 10, 0, 49},
                                                 {"size_percent", 1, 0, 100}},
                                  .run = concsll});

}  // namespace
}  // namespace spinoff::bench::concsll
