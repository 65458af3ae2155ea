#include "far_child.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/errors.hpp>

namespace spinoff::remote_spawn {

namespace {

struct NoException {};

// An error that was told by another node.
[[noreturn]] void rethrow(ErrorKind kind, std::string what) {
  // Text for humans, which must not look like lines of this node's log.
  std::ranges::replace_if(what, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  switch (kind) {
    case ErrorKind::logic_error:
      throw std::logic_error(what);
    case ErrorKind::create_failed:
      throw CreateFailed(what);
    case ErrorKind::other:
      throw NoException();  // NOLINT(hicpp-exception-baseclass): as it was there
    default:
      throw std::runtime_error(what);
  }
}

// Kills the child if this is dropped before its end, as by a kill.
class KillUnlessDone {
 public:
  explicit KillUnlessDone(Ref spawner) : spawner_(std::move(spawner)) {}
  KillUnlessDone(const KillUnlessDone&) = delete;
  KillUnlessDone& operator=(const KillUnlessDone&) = delete;
  ~KillUnlessDone() {
    if (!done_) {
      spawner_ << StopThere{.kill = true, .from_here = true};
    }
  }
  void set_done() { done_ = true; }

 private:
  const Ref spawner_;
  bool done_ = false;
};

Task<> wait_for_end(std::shared_ptr<FarChild::State> state) {
  KillUnlessDone kill(state->spawner);
  co_await *state->end;
  kill.set_done();
}

}  // namespace

FarChild::State::~State() {
  if (child) {
    node.far_children().remove(child.uri(), self);
  }
}

void FarChild::on(const Begin& /*begin*/) {
  state_->self = self();
  state_->asker = sender();
  watch(state_->spawner);
  state_->spawner << state_->order;
}

void FarChild::on(const Spawned& spawned) {
  state_->child = spawned.child;
  cell().stand_for(spawned.child);
  state_->node.far_children().add(spawned.child.uri(), state_->self);
  state_->end.emplace(spawned.child.join());
  watch(spawned.child);
  tell_asker({spawned.child, {}});
}

void FarChild::on(const NotSpawned& refused) {
  state_->gone = true;
  tell_asker({{}, refused});
  stop();
}

void FarChild::on(const Terminated& /*end*/) {
  state_->gone = true;
  stop();
}

void FarChild::on(const Failed& failed) {
  state_->failed = failed.failure;
  self() << GoOn{failed.failure};
  const auto kind = static_cast<ErrorKind>(failed.kind);
  const std::string what = failed.what;
  cell().take_current();  // the error is not about this message
  rethrow(kind, what);
}

void FarChild::on(const GoOn& go_on) {
  if (go_on.failure > state_->answered) {
    state_->answered = go_on.failure;
    state_->spawner << Answer{.failure = go_on.failure, .from_here = true};
  }
}

void FarChild::post_restart(const std::exception_ptr& /*reason*/) {
  if (!state_->child) {
    return;
  }
  Answer answer{.restart = true, .keep_children = cell().keeps_children(), .from_here = true};
  if (state_->failed > state_->answered) {
    answer.failure = state_->answered = state_->failed;
  }
  state_->spawner << answer;
}

void FarChild::post_stop() {
  tell_asker({{}, {0, "it cannot be reached, or has stopped"}});
  if (is_child_there()) {
    state_->spawner << StopThere{.kill = cell().is_killed(), .from_here = true};
  }
}

Task<> FarChild::post_stop_async() {
  return state_->child && is_child_there() ? wait_for_end(state_) : Task<>();
}

// Or may be on its way.
bool FarChild::is_child_there() const {
  return state_->self && !state_->gone && !(state_->end && state_->end->ready());
}

void FarChild::tell_asker(const Outcome& outcome) {
  if (const Ref asker = std::exchange(state_->asker, {})) {
    asker << outcome;
  }
}

}  // namespace spinoff::remote_spawn
