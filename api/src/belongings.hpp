/// What an actor has that ends with the instance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <spinoff/actor.hpp>
#include <spinoff/detail/handlers.hpp>
#include <spinoff/engine/event_stream.hpp>
#include <spinoff/engine/timer_service.hpp>
#include <spinoff/stop_task.hpp>

namespace spinoff {

struct Actor::Belongings {
  explicit Belongings(engine::EventStream& stream) : events(stream) {}
  Belongings(const Belongings&) = delete;
  Belongings& operator=(const Belongings&) = delete;
  ~Belongings();

  engine::EventStream& events;
  std::unordered_map<const detail::MessageType*, std::uint64_t> subscriptions;

  std::map<StopPhase, StopTask> stop_tasks;

  std::unordered_map<std::string, Timer> timers;
  std::size_t sweep_at = 16;
  void drop_ended_timers();

  // The last is in force; when there is none, what the class handles. Shared with the handler that
  // runs, since that may take its own behavior away.
  std::vector<std::shared_ptr<detail::Handlers>> behaviors;

  struct Stash {
    std::deque<detail::EnvelopePtr> messages;
    std::size_t limit = kDefaultStashLimit;
  } stash;

  // A receive timeout, and since when nothing was heard.
  struct Silence {
    std::chrono::nanoseconds limit;
    engine::Clock::time_point since;
    Timer check;
  };
  std::optional<Silence> silence;
};

}  // namespace spinoff
