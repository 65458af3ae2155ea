// Actors get their turns from workers. A worker is a place in an arena of TBB's; the thread that is
// in it runs the actors that are at home there (see home.hpp and Worker), for as long as it finds
// anything: that is a shift, one task of TBB's. An actor that sends to another one of its home puts
// it into its worker's queue, and wakes nobody: the worker runs that actor next, while its message
// is in the cache. Wake-ups go to the inbox of the actor's home. Threads that are no workers leave
// those of the homeless in an inbox that all workers look at: the inbox, in what follows.
//
// Work is shared late. Two workers that send each other messages are slower than one that does it
// all, so a second one starts only for an actor that has waited in a queue for a whole look
// (100 us); then it takes half of what waits there. Tree-like work is so cut at its thickest
// branches, since a worker takes the newest and a thief the oldest.
//
// Who is there, under `mutex_`:
//   awake_     workers in a shift, up to the number that was asked for
//   watching_  one more thread of TBB's, the watcher, sees whether anyone waits for long
//   rest_      whether another one, which became idle a moment ago, waits to be called
//
//   idle worker ──► watcher, if there is none ──► worker, when someone has waited for long, or
//              │                                  when it is called and nobody rests
//              ├──► at rest, if nobody is ────► worker, when it is called
//              │                          └──► back to TBB, after kRest
//              └──► back to TBB
//
// Somebody is called from outside while nobody is awake. One rests for the sake of messages that
// come one by one: a thread that goes back to TBB yields its core a hundred times before it sleeps,
// and whoever is about to bring the next message has to wait for that.
//
// The watcher looks every kWatch. When it goes to work, it has another watcher come if any worker
// is left to be woken. It goes home when all workers are awake, since whoever becomes idle then
// takes its place, or when nobody was awake for some time. So: while some are awake and others are
// not, there is a watcher, or one is on its way; and when nothing happens, all threads sleep in
// TBB.
//
// No wake-up is lost. What a worker has in its queues and its own inbox it finds itself, at the
// latest when its turn has ended; if that takes long, the watcher finds it, or, when all are busy,
// whoever looks at the clock next. What is in the inbox: whoever pushes there reads `awake_`
// afterwards, and calls if it is 0; a worker that becomes idle takes itself out of `awake_`, then
// looks at the inbox once more. Both are sequentially consistent, so one of the two sees the other.
// While anyone is awake it looks at the inbox once a look, and the watcher sees what is in there
// for long.
//
// The end: all actors have closed, so nobody waits for a turn. A wake-up whose message has been
// handled may still be on its way, and means nothing: the inbox takes it, and no shift begins for
// it any more. Shifts may still be on their way out, or may not even have begun: the end calls the
// watcher in, and waits until `shifts_` is 0, the last thing that a shift touches.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <tbb/task_arena.h>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/home.hpp>
#include <spinoff/engine/inbox.hpp>
#include <spinoff/engine/input_source.hpp>
#include <spinoff/engine/tbb_arena.hpp>
#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/engine/time_slice.hpp>
#include <spinoff/engine/worker.hpp>

#ifdef SPINOFF_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace spinoff::engine {

namespace {

// To which the kernel adds 50 us of its own.
constexpr std::chrono::microseconds kWatch{25};
// How long it stays when nobody is awake: longer than one rests.
constexpr int kQuietLooks = 100;
constexpr std::chrono::milliseconds kRest{5};
// Before a worker goes it searches for about 50 us. Not too often: messages from outside come in
// bunches if one lets them.
constexpr int kSearches = 20;
constexpr int kPauses = 50;
// Where there is something to poll: how long, as far as that has been of use lately.
constexpr std::chrono::microseconds kLeastPatience{30};
constexpr std::chrono::microseconds kMostPatience{200};
// An arena for one thread still has two places for it.
constexpr int kLeastPlaces = 2;

void pause() noexcept {
  for (int i = 0; i < kPauses; ++i) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
}

class TbbExecutor;

using Clock = std::chrono::steady_clock;

enum class Role : std::uint8_t { worker, watcher };
enum class Rest : std::uint8_t { none, resting, called };

// A shift on its way through TBB's queue.
class Shift {
 public:
  Shift(TbbExecutor& executor, Role role) noexcept : executor_(&executor), role_(role) {}
#ifdef SPINOFF_TSAN
  // What the executor's constructor did is visible to the shift: TBB's queue sees to that, but it
  // is not instrumented. TBB copies this into a task just before it queues that.
  __attribute__((no_sanitize("thread"))) Shift(const Shift& other) noexcept
      : executor_(other.executor_), role_(other.role_) {
    __tsan_release(executor_);
  }
  Shift& operator=(const Shift&) = delete;
  ~Shift() = default;
#endif
  void run() const;

 private:
  TbbExecutor* executor_;
  Role role_;
};

class TbbExecutor final : public Executor {
 public:
  explicit TbbExecutor(int workers)
      : most_awake_(workers),
        places_(std::max(workers + 1, kLeastPlaces)),
        workers_(static_cast<std::size_t>(places_)),
        arena_(places_),
        turns_seen_(workers_.size(), 0) {
    for (std::uint64_t number = 0; Worker & worker : workers_) {
      worker.join(workers_, number++, homeless_);
    }
    inbox_.open(homeless_);
  }
  TbbExecutor(const TbbExecutor&) = delete;
  TbbExecutor& operator=(const TbbExecutor&) = delete;
  ~TbbExecutor() override { end_shifts(); }

  void end() override { end_shifts(); }

  void schedule(Cell& cell) override {
    if (t_executor == this) [[likely]] {
      Worker::current()->wake(cell);
    } else {
      wake_from_outside(cell);
    }
  }

  void start(Cell& cell) override {
    if (t_executor == this) [[likely]] {
      Worker::current()->start(cell);
      return;
    }
    cell.move_home(homeless_);
    wake_from_outside(cell);
  }

  void yield(Cell& cell) override {
    Worker::current()->yield(cell);  // who has a turn has it on a worker
  }

  [[nodiscard]] Counters counters() const override {
    Counters all;
    for (const Worker& worker : workers_) {
      all.workers.push_back(worker.counters());
    }
    all.inbox_length = inbox_.size();
    return all;
  }

  void on_awake(const std::function<void()>& call) override { on_awake_ = call; }

  void poll_when_idle(const std::shared_ptr<InputSource>& source) override {
    source_owner_ = source;
    source_.store(source_owner_.get(), std::memory_order_release);
  }

  bool look_at_turns(std::vector<RunningTurn>& turns) override {
    {
      const std::scoped_lock lock(mutex_);
      if (awake_.load() == 0) {
        told_awake_ = false;
        return false;
      }
    }
    for (const Worker& worker : workers_) {
      if (const auto turn = worker.running_turn()) {
        turns.push_back(*turn);
      }
    }
    return true;
  }

  Ref actor_in(const RunningTurn& turn) override {
    return workers_[turn.home.worker()].actor_in(turn);
  }

  void run_shift(Role role) noexcept {
    if (t_executor == this) {  // in a handler that waits for parallel work of TBB's
      give_up(role);
    } else {
      Worker& worker =
          workers_[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())];
      worker.set_thread(this_thread_id());
      const Inside inside(this, &worker);
      for (bool works = role == Role::worker || watch(worker); works; works = stays(worker)) {
        worker.look(look());  // it may have been away for long
        while (Cell* const cell = find(worker)) {
          worker.run(*cell);
        }
        worker.note_park();
      }
    }
    shifts_.fetch_sub(1, std::memory_order_release);  // the executor may be gone now
  }

 private:
  // Makes this thread a worker, or none for a while.
  class Inside {
   public:
    Inside(TbbExecutor* executor, Worker* worker) noexcept
        : outer_executor_(t_executor), outer_worker_(Worker::current()) {
      t_executor = executor;
      Worker::set_current(worker);
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
      t_executor = outer_executor_;
      Worker::set_current(outer_worker_);
    }

   private:
    TbbExecutor* outer_executor_;
    Worker* outer_worker_;
  };

  // The clock.
  Look look() noexcept {
    const Look now = look_now();
    if (last_look_.load(std::memory_order_relaxed) != now) {
      last_look_.store(now, std::memory_order_relaxed);
    }
    return now;
  }

  void wake_from_outside(Cell& cell) {
    // While anyone is awake, the clock as a worker last saw it will do: if that was long ago, they
    // are all in long turns.
    const Look now = awake_.load(std::memory_order_relaxed) == 0
                         ? look()
                         : last_look_.load(std::memory_order_relaxed);
    for (;;) {
      const Home home = cell.home();
      if (!home.is_in_same_executor(homeless_)) {
        return;
      }
      if (home.is_homeless() || workers_[home.worker()].has_ended(home)) {
        break;
      }
      if (workers_[home.worker()].leave_wake_up(cell, home, now)) {
        return;
      }
    }
    inbox_.push(cell, homeless_, now);
    if (awake_.load() == 0) {
      call();
    }
  }

  // Whose turn is next; null if there is nobody.
  Cell* find(Worker& worker) {
    if (worker.look_is_due()) [[unlikely]] {
      if (const Look now = look(); worker.look(now)) {
        worker.take_wake_ups();
        worker.take_wake_ups(inbox_);
        relieve_absent(worker, now);
      }
    }
    for (;;) {
      if (Cell* const cell = worker.next()) [[likely]] {
        return cell;
      }
      if (!worker.take_wake_ups() && worker.leave() && !search(worker)) {
        return nullptr;
      }
    }
  }

  // For one that has nothing to do. True if it has found anything.
  bool search(Worker& worker) {
    if (InputSource* const source = source_.load(std::memory_order_acquire)) {
      return search_and_poll(worker, *source);
    }
    for (int searches = 0; searches < kSearches && !ends_.load(std::memory_order_relaxed);
         ++searches) {
      pause();
      if (finds_any(worker)) {
        return true;
      }
    }
    return false;
  }

  bool finds_any(Worker& worker) {
    worker.look(look());
    return worker.take_wake_ups(inbox_) || steal(worker);
  }

  // What is polled comes as from outside, since the worker is nobody's home meanwhile. The core is
  // yielded: what is waited for may have to come over it.
  bool search_and_poll(Worker& worker, InputSource& source) {
    const Clock::time_point until = Clock::now() + patience_.load(std::memory_order_relaxed);
    do {
      {
        const Inside nowhere(nullptr, nullptr);
        source.poll();
      }
      if (finds_any(worker)) {
        return true;
      }
      std::this_thread::yield();
    } while (Clock::now() < until && !ends_.load(std::memory_order_relaxed));
    source.stop_polling();
    patient_until_.store(until, std::memory_order_relaxed);
    return false;
  }

  // Called when one searched in vain, before: whether it was in vain for want of patience.
  void learn_patience() noexcept {
    const std::chrono::microseconds patience = patience_.load(std::memory_order_relaxed);
    const bool was_near =
        Clock::now() - patient_until_.load(std::memory_order_relaxed) < kMostPatience;
    patience_.store(
        was_near ? std::min(2 * patience, kMostPatience) : std::max(patience / 2, kLeastPatience),
        std::memory_order_relaxed);
  }

  bool steal(Worker& thief) {
    const Look now = look();
    return std::ranges::any_of(workers_, [&](Worker& victim) {
      return &victim != &thief && victim.has_old(now) && victim.give_to(thief, now, false);
    });
  }

  // Once a look of a busy worker: when all are busy there is no watcher, and one may be stuck.
  void relieve_absent(Worker& worker, Look now) {
    for (Worker& other : workers_) {
      if (&other != &worker && other.is_absent(now)) {
        other.give_to(worker, now, true);
      }
    }
  }

  // For the watcher: whether there is anything for it to do; it then has taken something, or will
  // find it. A worker is stuck that has begun no turn since the last look.
  bool finds_work(Worker& worker) {
    const Look now = look();
    worker.look(now);
    bool found = inbox_.has_old(now);
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      Worker& other = workers_[i];
      const std::uint64_t turns = other.turns();
      const bool is_stuck = std::exchange(turns_seen_[i], turns) == turns && other.is_stuck(now);
      if (&other == &worker) {
        continue;
      }
      if (is_stuck ? other.give_to(worker, now, true) : other.has_old(now)) {
        found = true;
      }
    }
    return found;
  }

  // A worker that has found nothing becomes idle. True if it is to work again.
  bool stays(Worker& worker) {
    std::unique_lock lock(mutex_);
    awake_.fetch_sub(1);
    if (!inbox_.empty()) {
      awake_.fetch_add(1);
      return true;
    }
    if (watching_ || most_awake_ == 1) {
      return rests(lock);
    }
    watching_ = true;
    return watch(worker, lock);
  }

  // True when it was called, and counted as awake.
  bool rests(std::unique_lock<std::mutex>& lock) {
    if (rest_ != Rest::none) {
      return false;
    }
    rest_ = Rest::resting;
    rest_is_over_.wait_for(lock, kRest, [&] { return rest_ == Rest::called || ends_.load(); });
    return std::exchange(rest_, Rest::none) == Rest::called;
  }

  bool watch(Worker& worker) {
    std::unique_lock lock(mutex_);
    return watch(worker, lock);
  }

  // True when the watcher has become a worker.
  bool watch(Worker& worker, std::unique_lock<std::mutex>& lock) {
    const ShortTimeSlice slice;  // it may be on the core of the one that it watches
    for (int quiet = 0; quiet < kQuietLooks; ++quiet) {
      watcher_called_.wait_for(lock, kWatch, [&] { return called_ || ends_.load(); });
      if (called_) {  // and counted as awake
        called_ = false;
        send_watcher();
        return true;
      }
      const int awake = awake_.load();
      if (ends_.load() || awake == most_awake_) {
        break;
      }
      if (awake != 0) {
        quiet = 0;
        if (finds_work(worker)) {
          awake_.fetch_add(1);
          send_watcher();
          return true;
        }
      }
    }
    watching_ = false;
    return false;
  }

  // The watcher goes to work, or there is none. Under `mutex_`.
  void send_watcher() {
    watching_ = awake_.load() < most_awake_ && !ends_.load();
    if (watching_) {
      send(Role::watcher);
    }
  }

  // Nobody was awake when something was put into the inbox.
  void call() {
    {
      const std::scoped_lock lock(mutex_);
      if (awake_.load() != 0 || ends_.load()) {
        return;
      }
      awake_.fetch_add(1);
      if (source_.load(std::memory_order_relaxed) != nullptr) {
        learn_patience();
      }
      if (rest_ == Rest::resting) {
        rest_ = Rest::called;
        rest_is_over_.notify_one();
        if (!watching_) {
          send_watcher();
        }
      } else if (watching_) {
        called_ = true;
        watcher_called_.notify_one();
      } else {
        send(Role::worker);
        send_watcher();
      }
      if (std::exchange(told_awake_, true)) {
        return;
      }
    }
    if (on_awake_) {
      on_awake_();
    }
  }

  // A shift that can do nothing where it runs. While the handler around it goes on, its worker is
  // awake.
  void give_up(Role role) {
    const std::scoped_lock lock(mutex_);
    if (role == Role::watcher) {
      watching_ = false;
      awake_.fetch_sub(called_ ? 1 : 0);
      called_ = false;
    } else {
      awake_.fetch_sub(1);
    }
  }

  void end_shifts() {
    {
      const std::scoped_lock lock(mutex_);
      ends_.store(true);
    }
    watcher_called_.notify_one();
    rest_is_over_.notify_one();
    while (shifts_.load(std::memory_order_acquire) != 0) {
      std::this_thread::yield();
    }
  }

  void send(Role role) noexcept {
    shifts_.fetch_add(1, std::memory_order_relaxed);
    arena_.enqueue([shift = Shift(*this, role)] { shift.run(); });
  }

  static inline constinit thread_local TbbExecutor* t_executor = nullptr;

  const Home homeless_ = Home::of_new_executor();
  const int most_awake_;
  const int places_;
  std::function<void()> on_awake_;  // does not change any more when actors run
  std::vector<Worker> workers_;     // by TBB's index of a thread in the arena
  TbbArena arena_;
  Inbox inbox_;
  std::shared_ptr<InputSource> source_owner_;
  std::atomic<InputSource*> source_{nullptr};  // changes once

  alignas(64) std::atomic<int> awake_{0};  // written under `mutex_`
  std::atomic<Look> last_look_{0};         // of any thread
  std::atomic<bool> ends_{false};          // written under `mutex_`
  std::atomic<int> shifts_{0};
  std::atomic<std::chrono::microseconds> patience_{kLeastPatience};
  std::atomic<Clock::time_point> patient_until_{Clock::time_point{}};
  std::mutex mutex_;
  std::condition_variable watcher_called_;
  std::condition_variable rest_is_over_;
  bool watching_ = false;
  bool called_ = false;  // the watcher has been made a worker
  Rest rest_ = Rest::none;
  bool told_awake_ = false;
  std::vector<std::uint64_t> turns_seen_;  // by the watcher, of each worker
};

void Shift::run() const {
#ifdef SPINOFF_TSAN
  __tsan_acquire(executor_);
#endif
  executor_->run_shift(role_);
}

}  // namespace

std::unique_ptr<Executor> make_tbb_executor(int workers) {
  static_assert(kMostWorkers < static_cast<int>(Home::kNoWorker));
  if (workers < 1 || workers > kMostWorkers) {
    throw std::invalid_argument("an executor cannot have " + std::to_string(workers) +
                                " workers: give 1 to " + std::to_string(kMostWorkers));
  }
  return std::make_unique<TbbExecutor>(workers);
}

}  // namespace spinoff::engine
