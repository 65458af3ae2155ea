// A worker that crashes at some jobs, and a supervisor that starts it again, after a pause that
// grows, but not for ever:
//
//     startnode --actor spinoff.examples.supervision.Supervisor
#include <stdexcept>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::supervision {

struct Job {
  int number;
};

class Worker : public Actor {
 public:
  void pre_start() override { log("ready"); }

  void on(const Job& job) {
    if (job.number % 3 == 0) {
      throw std::runtime_error(fmt::format("job {} is too hard", job.number));
    }
    ++done_;  // forgotten with this instance
    log("job {} is done; {} since I began", job.number, done_);
  }

  using Receives = Messages<Job>;

 private:
  int done_ = 0;
};

class Supervisor : public Actor {
 public:
  void pre_start() override {
    auto worker = watch(spawn<Worker>({.name = "worker"}));
    for (int number = 1; number <= 10; ++number) {
      worker << Job{number};  // those behind one that fails wait until the worker is back
    }
  }

  // The third crash within a minute is one too many: then the worker is stopped.
  Decision supervise(const ChildError& error) override {
    log("{} has failed: {}", error.child, describe(error.error));
    return Restart{
        .max = 2,
        .within = 1min,
        .backoff = Backoff{.min = 100ms, .max = 1s},
    };
  }

  void on(const Terminated& end) {
    log("{} is beyond repair", end.actor);
    stop();
  }

  using Receives = Messages<Terminated>;
};

const Registered<Supervisor> kSupervisor;

}  // namespace spinoff::examples::supervision
