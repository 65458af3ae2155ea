#include "resolver.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <utility>

namespace spinoff::remoting {

struct Resolver::Shared {
  struct Job {
    NodeId peer;
    std::uint64_t link;
  };

  Shared(std::shared_ptr<Intake> to, LookUp how) : intake(std::move(to)), look_up(std::move(how)) {}

  [[nodiscard]] bool is_free(const Job& job) const {
    return std::ranges::find(in_hand, job.peer.host()) == in_hand.end();
  }
  // A job stays in the list while its name is looked up, so that it can still be cancelled.
  std::vector<Job> take_all_of(const std::string& host) {
    std::vector<Job> taken;
    std::erase_if(jobs, [&](const Job& job) {
      if (job.peer.host() != host) {
        return false;
      }
      taken.push_back(job);
      return true;
    });
    return taken;
  }

  const std::shared_ptr<Intake> intake;
  const LookUp look_up;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  // The names that are looked up now.
  std::vector<std::string> in_hand;
  // Threads that will look for a job as soon as they run.
  std::size_t idle = 0;
  std::size_t running = 0;
  bool stop = false;
};

Resolver::Resolver(std::shared_ptr<Intake> intake, LookUp look_up)
    : shared_(std::make_shared<Shared>(std::move(intake), std::move(look_up))) {}

void Resolver::look_up(const NodeId& peer, std::uint64_t link) {
  bool all_busy = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->jobs.push_back({peer, link});
    const auto waiting = std::ranges::count_if(
        shared_->jobs, [&](const Shared::Job& job) { return shared_->is_free(job); });
    all_busy = static_cast<std::size_t>(waiting) > shared_->idle;
  }
  shared_->changed.notify_one();
  if (all_busy && threads_.size() < kMaxThreads) {
    start_thread();
  }
}

void Resolver::start_thread() {
  const auto count = [this](bool up) {
    const std::lock_guard lock(shared_->mutex);
    shared_->idle += up ? 1U : std::size_t(-1);
    shared_->running += up ? 1U : std::size_t(-1);
  };
  count(true);
  try {
    threads_.emplace_back([shared = shared_] { run(*shared); });
    return;
  } catch (const std::system_error& error) {
    count(false);
    if (!threads_.empty()) {
      return;  // it waits for one of these
    }
    std::deque<Shared::Job> jobs;
    {
      const std::lock_guard lock(shared_->mutex);
      jobs.swap(shared_->jobs);
    }
    for (Shared::Job& job : jobs) {
      shared_->intake->push(Resolved{std::move(job.peer),
                                     job.link,
                                     {},
                                     std::string("no thread can be started: ") + error.what()});
    }
  }
}

void Resolver::cancel(std::uint64_t link) {
  const std::lock_guard lock(shared_->mutex);
  std::erase_if(shared_->jobs, [link](const Shared::Job& job) { return job.link == link; });
}

void Resolver::run(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  for (;;) {
    auto job = shared.jobs.end();
    shared.changed.wait(lock, [&] {
      job = std::ranges::find_if(shared.jobs,
                                 [&](const Shared::Job& one) { return shared.is_free(one); });
      return shared.stop || job != shared.jobs.end();
    });
    if (shared.stop) {
      break;
    }
    --shared.idle;
    const std::string host = job->peer.host();
    shared.in_hand.push_back(host);
    lock.unlock();
    const Addresses addresses = shared.look_up(host);
    lock.lock();
    std::erase(shared.in_hand, host);
    ++shared.idle;
    const std::vector<Shared::Job> answered = shared.take_all_of(host);
    lock.unlock();
    for (const Shared::Job& one : answered) {
      shared.intake->push(Resolved{
          one.peer, one.link, addresses.found.empty() ? std::string() : addresses.found.front(),
          addresses.error});
    }
    lock.lock();
  }
  --shared.running;
  lock.unlock();
  shared.changed.notify_all();
}

void Resolver::stop(std::chrono::steady_clock::duration patience) {
  if (threads_.empty()) {
    return;
  }
  bool ended = false;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->stop = true;
    shared_->changed.notify_all();
    ended = shared_->changed.wait_for(lock, patience, [&] { return shared_->running == 0; });
  }
  for (std::thread& thread : threads_) {
    if (ended) {
      thread.join();
    } else {
      thread.detach();
    }
  }
  threads_.clear();
}

}  // namespace spinoff::remoting
