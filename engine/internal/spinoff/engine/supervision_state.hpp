/// What an actor needs only when it has failed, or a child of it has.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <spinoff/engine/restart_history.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

/// Cancels a timer that is not wanted any more.
struct TimerCanceller {
  TimerService* service = nullptr;
  void operator()(TimerTask* task) const noexcept {
    service->cancel(*task);
    task->release();
  }
};
using OwnTimer = std::unique_ptr<TimerTask, TimerCanceller>;

/// All in the actor's own turns.
struct SupervisionState {
  // Of the actor's own error.
  std::exception_ptr failure;  // why the actor is suspended or restarts
  std::uint32_t failures = 0;  // the number of the latest failure
  // What the parent is told: several, if the actor fails again while it is suspended.
  std::vector<std::pair<std::shared_ptr<OpenError>, std::exception_ptr>> open;
  OwnTimer backoff;             // runs until the actor may restart
  RestartHistory restarts;      // those that were decided about it alone
  std::uint32_t obeyed = 0;     // the latest order from its parent
  bool never_started = false;   // the failure is a CreateFailed
  bool keeps_children = false;  // while it restarts

  // Of its children's.
  // Those whose errors became this actor's own: they wait for what is decided about it.
  std::vector<std::pair<Ref, std::uint32_t>> escalated;
  // Errors that came while there was no instance to ask.
  std::vector<ChildFailed> postponed;
  RestartHistory common_restarts;  // those of all children together
  std::uint32_t ordered = 0;       // the latest order to all children
  // To whom that went, in order. No Refs, which would keep the places of those that stop.
  std::vector<std::pair<const void*, std::uint32_t>> recipients;
};

}  // namespace spinoff::engine
