#include "resolver.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "address.hpp"

namespace spinoff::remoting {

struct Resolver::Shared {
  struct Job {
    NodeId peer;
    std::uint64_t link;
  };

  explicit Shared(std::shared_ptr<Intake> to) : intake(std::move(to)) {}

  const std::shared_ptr<Intake> intake;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  bool stop = false;
  bool ended = false;
};

Resolver::Resolver(std::shared_ptr<Intake> intake)
    : shared_(std::make_shared<Shared>(std::move(intake))) {}

void Resolver::look_up(const NodeId& peer, std::uint64_t link) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->jobs.push_back({peer, link});
  }
  shared_->changed.notify_one();
  if (!thread_.joinable()) {
    thread_ = std::thread([shared = shared_] { run(*shared); });
  }
}

void Resolver::run(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  for (;;) {
    shared.changed.wait(lock, [&] { return shared.stop || !shared.jobs.empty(); });
    if (shared.stop) {
      break;
    }
    const Shared::Job job = std::move(shared.jobs.front());
    shared.jobs.pop_front();
    lock.unlock();
    Addresses addresses = resolve(job.peer.host());
    Resolved answer{job.peer, job.link, {}, std::move(addresses.error)};
    if (!addresses.found.empty()) {
      answer.address = std::move(addresses.found.front());
    }
    shared.intake->push(std::move(answer));
    lock.lock();
  }
  shared.ended = true;
  lock.unlock();
  shared.changed.notify_all();
}

void Resolver::stop(std::chrono::steady_clock::duration patience) {
  if (!thread_.joinable()) {
    return;
  }
  std::unique_lock lock(shared_->mutex);
  shared_->stop = true;
  shared_->changed.notify_all();
  const bool ended = shared_->changed.wait_for(lock, patience, [&] { return shared_->ended; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace spinoff::remoting
