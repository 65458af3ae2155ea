#include "keeper.hpp"

#include <spinoff/serializable.hpp>

namespace spinoff::api {
namespace {

constexpr std::chrono::seconds kPause{1};

// A message that cannot be decoded is an error that its receiver survives.
bool is_decode_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const DecodeError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

void KeptActor::start(Node& node, Plan plan) {
  const auto kept = std::make_shared<KeptActor>(node, std::move(plan));
  node.subscribe<Error>([kept](const Error& error) { kept->note(error); });
  node.spawn<Keeper>(kept, kept->spawn());
}

Ref KeptActor::spawn() {
  const std::scoped_lock lock(mutex_);
  actor_ = plan_.actor_class.spawn(node_, plan_.parameters, {.name = plan_.name});
  failed_ = false;
  if (plan_.message) {
    actor_ << *plan_.message;
  }
  return actor_;
}

void KeptActor::note(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (error.actor == actor_ && !is_decode_error(error.error)) {
    failed_ = true;
  }
}

void KeptActor::end() const {
  bool failed = false;
  {
    const std::scoped_lock lock(mutex_);
    failed = failed_;
  }
  plan_.on_end(failed);
}

void Keeper::on(const Terminated& /*terminated*/) {
  if (!kept_->keep_running()) {
    kept_->end();
    return;
  }
  log("{} has ended; spawning it again in 1 s", actor_);
  send_later(kPause, SpawnAgain{});
}

void Keeper::on(const SpawnAgain& /*again*/) {
  try {
    actor_ = kept_->spawn();
    watch(actor_);
  } catch (const std::exception& error) {
    // What it needs may not be there now, such as an actor that a parameter names.
    log(LogLevel::error, "cannot spawn it again: {}; the next attempt is in 1 s", error.what());
    send_later(kPause, SpawnAgain{});
  }
}

}  // namespace spinoff::api
