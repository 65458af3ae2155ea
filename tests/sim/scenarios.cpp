#include <array>

#include "scenario.hpp"

namespace spinoff::sim {

std::span<const Scenario> scenarios() {
  static constexpr std::array kAll{
      Scenario{"order",
               "within a node each message comes once, in order, also over a stash and restarts",
               order_within_a_node},
      Scenario{"sessions",
               "between nodes each comes once at most, in order, in a session with no gap",
               order_between_nodes},
      Scenario{"relays",
               "the same where a third node passes on what they say, and it always goes on",
               order_by_a_relay},
      Scenario{"watches", "each watch gives one Terminated, whatever fails", one_end_a_watch},
      Scenario{"restarts", "no actor restarts more often than its limit says, nor less",
               limits_of_restarts},
      Scenario{"stop", "each stop of a node ends, leaves first, and leaves no actor alive",
               every_stop_ends},
      Scenario{"letters", "all that is sent is handled by whom it is for, or a dead letter",
               every_message_counts},
      Scenario{"timers", "what a timer sends comes when it is due, each once, until it ends",
               timers_keep_their_word},
      Scenario{"compute",
               "examples/compute has the right result whatever fails, if a worker is left",
               every_fault_leaves_the_result},
  };
  return kAll;
}

}  // namespace spinoff::sim
