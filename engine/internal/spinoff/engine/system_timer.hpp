/// A system message that comes later.
#pragma once

#include <memory>
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/timer_service.hpp>

namespace spinoff::engine {

template <class M>
class SystemTimer final : public TimerTask {
 public:
  SystemTimer(Ref to, M message) : to_(std::move(to)), message_(std::move(message)) {}
  Clock::time_point fire(Clock::time_point /*now*/) override {
    Cell::send_system(to_, message_);
    return Clock::time_point::max();
  }

 private:
  Ref to_;
  M message_;
};

}  // namespace spinoff::engine
