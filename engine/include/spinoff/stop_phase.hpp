/// The phases in which a node stops, and what may be the reason for it.
#pragma once

#include <cstdint>
#include <string_view>

namespace spinoff {

/// One after the other. Between `drain` and `after_stop` the actors are stopped, leaves first.
enum class StopPhase : std::uint8_t {
  before_stop,  ///< take no new work: close the door, leave the list of those who serve
  drain,        ///< let work under way end; all actors are there, and others still reach the node
  after_stop,   ///< the node's actors are gone: close what they wrote to
};

constexpr std::string_view name_of(StopPhase phase) noexcept {
  switch (phase) {
    case StopPhase::before_stop:
      return "before_stop";
    case StopPhase::drain:
      return "drain";
    default:
      return "after_stop";
  }
}

enum class StopReason : std::uint8_t {
  requested,    ///< by `stop` or `request_stop`, or since the Node is destroyed
  interrupted,  ///< SIGINT
  terminated,   ///< SIGTERM
  actor_ended,  ///< the actor that a `startnode` runs has ended
  failure,      ///< an error of a top-level actor that the node's options escalate
};

}  // namespace spinoff
