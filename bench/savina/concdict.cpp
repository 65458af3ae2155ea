// Some workers read and write one dictionary, which an actor keeps; each waits for the answer
// before it asks again, n times. The dictionary has an entry for every key from the start.
// Afterwards all that the workers asked is drawn once more: each answer must be a value that the
// key may have had, and the dictionary must hold, for each key, the value that some worker wrote
// there last.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include "savina/run.hpp"
#include "savina/shared_data.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::concdict {
namespace {

using Entries = std::unordered_map<std::int64_t, std::int64_t>;

/// What is left for the check when all actors have stopped.
struct Record {
  explicit Record(std::int64_t workers) : answers(static_cast<std::size_t>(workers)) {}
  Answers answers;
  Entries entries;
};

struct Write {
  std::int64_t key;
  std::int64_t value;
};
struct Read {
  std::int64_t key;
};

/// What a worker asks, one after the other. The original draws from Java's random numbers.
class Requests {
 public:
  struct Request {
    bool is_write;
    std::int64_t key;
    std::int64_t value;
  };

  Requests(const Run& run, std::int64_t worker)
      : random_(static_cast<std::uint32_t>(worker + run["n"] + run["write_percent"])),
        write_percent_(run["write_percent"]),
        keys_(run["keys"]) {}

  Request next() {
    const bool is_write = draw() % 100 < write_percent_;
    const std::int64_t key = draw() % keys_;
    return {.is_write = is_write, .key = key, .value = is_write ? draw() : 0};
  }
  void send_next(const Ref& dictionary) {
    const Request request = next();
    if (request.is_write) {
      dictionary << Write{request.key, request.value};
    } else {
      dictionary << Read{request.key};
    }
  }

 private:
  std::int64_t draw() { return static_cast<std::int64_t>(random_()); }

  std::mt19937 random_;
  std::int64_t write_percent_;
  std::int64_t keys_;
};

class Dictionary : public Actor {
 public:
  Dictionary(Run& run, std::shared_ptr<Record> record,
             const std::shared_ptr<const Entries>& initial)
      : run_(run), record_(std::move(record)), entries_(*initial) {}
  void on(const Write& write) {
    entries_[write.key] = write.value;
    sender() << Answer{write.value};
  }
  void on(const Read& read) { sender() << Answer{entries_.at(read.key)}; }
  void on(const EndWork& /*end*/) { stop(); }
  void post_stop() override {
    record_->entries = std::move(entries_);
    run_.report(0);
  }
  using Receives = Messages<Write, Read, EndWork>;

 private:
  Run& run_;
  std::shared_ptr<Record> record_;
  Entries entries_;
};

using Values = std::unordered_map<std::int64_t, std::vector<std::int64_t>>;

bool contains(const Values& values, std::int64_t key, std::int64_t value) {
  const auto found = values.find(key);
  return found != values.end() &&
         std::find(found->second.begin(), found->second.end(), value) != found->second.end();
}

bool answers_are_possible(const Run& run, const Record& record, const Values& written) {
  for (std::size_t worker = 0; worker < record.answers.size(); ++worker) {
    Requests requests(run, static_cast<std::int64_t>(worker));
    for (const std::int64_t answer : record.answers[worker]) {
      const auto request = requests.next();
      if (request.is_write ? answer != request.value
                           : answer != request.key && !contains(written, request.key, answer)) {
        return false;
      }
    }
  }
  return true;
}

bool is_right(const Run& run, const Record& record) {
  Values written;
  Values last;  // of each worker that wrote there
  for (std::int64_t worker = 0; worker < run["workers"]; ++worker) {
    Requests requests(run, worker);
    Entries last_of_worker;
    for (std::int64_t i = 0; i < run["n"]; ++i) {
      const auto request = requests.next();
      if (request.is_write) {
        written[request.key].push_back(request.value);
        last_of_worker[request.key] = request.value;
      }
    }
    for (const auto& [key, value] : last_of_worker) {
      last[key].push_back(value);
    }
  }
  for (const auto& [key, value] : record.entries) {
    if (last.contains(key) ? !contains(last, key, value) : value != key) {
      return false;
    }
  }
  return record.entries.size() == static_cast<std::size_t>(run["keys"]) &&
         answers_are_possible(run, record, written);
}

Outcome concdict(Run& run) {
  const std::int64_t workers = run["workers"];
  const auto record = std::make_shared<Record>(workers);
  const auto initial = std::make_shared<Entries>();
  for (std::int64_t key = 0; key < run["keys"]; ++key) {
    initial->emplace(key, key);
  }
  run.start(2);
  const auto dictionary =
      run.node().spawn<Dictionary>(std::ref(run), record, std::shared_ptr<const Entries>(initial));
  run.node().spawn<DataMaster<Requests>>(
      std::ref(run), std::shared_ptr<Answers>(record, &record->answers), dictionary);
  const bool all_ended = run.wait() == workers;
  return {.messages = count_data_messages(run), .verified = all_ended && is_right(run, *record)};
}

const Registration kRegistration({.name = "concdict",
                                  .summary = "workers read and write one dictionary",
                                  .parameters = {{"n", 10'000, 0, 10'000'000},
                                                 {"workers", 20, 1, 10'000},
                                                 {"write_percent", 10, 0, 100},
                                                 {"keys", 524'287, 1, 10'000'000}},
                                  .run = concdict});

}  // namespace
}  // namespace spinoff::bench::concdict
