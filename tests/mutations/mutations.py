"""The mistakes that run.py puts into the code, one at a time: each is one that somebody could make."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Test:
    """A program of the tests, and which of its cases, as Boost.Test's --run_test takes them."""

    program: str
    cases: str


@dataclasses.dataclass(frozen=True)
class Mutation:
    """In `file`, each first text of `edits`, which has to be there once, becomes the second one.

    `what` goes wrong then, which the simulator's scenarios have to notice; or, where it takes threads or the
    clock to go wrong, `test`.
    """

    name: str
    what: str
    file: str
    edits: list[tuple[str, str]]
    test: Test | None = None


MUTATIONS = [
    # The engine: who runs, and when.
    Mutation(
        "lost-wake-up",
        "an idle actor is not woken by a message",
        "engine/src/deliver.cpp",
        [("""    case engine::Push::woke:
      cell.schedule();
      return;
""", """    case engine::Push::woke:
      return;
""")],
    ),
    Mutation(
        "lost-wake-up-by-a-system-message",
        "an idle actor is not woken by a stop, a watch or a decision",
        "engine/src/cell_system.cpp",
        [("""    case Push::woke:
      cell.schedule();
      return;
""", """    case Push::woke:
      return;
""")],
    ),
    Mutation(
        "actor-runs-twice",
        "an actor that is to run anyway is scheduled once more, and may run twice at once",
        "engine/src/deliver.cpp",
        [("""    case engine::Push::queued:
      return;
    case engine::Push::many:
      cell.note_length(generation);
""", """    case engine::Push::queued:
      cell.schedule();
      return;
    case engine::Push::many:
      cell.note_length(generation);
""")],
    ),
    Mutation(
        "message-lost-at-the-end-of-a-turn",
        "the message for which a turn has no budget left is not put back",
        "engine/src/cell_turn.cpp",
        [("""      mailbox_.put_back(message);
      note_length();
""", """      note_length();
""")],
    ),
    Mutation(
        "rest-of-a-run-lost",
        "of short messages that came together from another node only the first is handled",
        "engine/src/cell_turn.cpp",
        [("""  if (messages_in(*run) > 0) {
    mailbox_.put_back_rest(run.release());
  }
""", """  run.reset();
""")],
        Test("engine_tests", "encoded_run"),
    ),
    Mutation(
        "message-for-the-one-before",
        "a message is handled by another actor, which has got the place of the one that it was sent to",
        "engine/src/cell_turn.cpp",
        [("""  if (message->target_generation != generation_) [[unlikely]] {
""", """  if (false) {
""")],
    ),
    Mutation(
        "mail-dropped-at-a-stop",
        "what waits for an actor that stops is no dead letter",
        "engine/src/cell_turn.cpp",
        [("""    node().dead_letter(ref(), take_one(left));
""", """    const EnvelopePtr dropped(left);
""")],
    ),
    Mutation(
        "stashed-mail-reversed-by-a-restart",
        "what an actor has stashed comes back in the wrong order when it is restarted",
        "engine/src/cell_life.cpp",
        [("for (auto message = kept.rbegin(); message != kept.rend(); ++message) {",
          "for (auto message = kept.begin(); message != kept.end(); ++message) {")],
    ),
    # The engine: supervision, watches and the stop.
    Mutation(
        "watch-forgotten-at-a-restart",
        "an actor that is restarted watches nobody any more",
        "engine/src/cell_life.cpp",
        [("    if (is_own_child(watched)) {\n", "    {\n")],
    ),
    Mutation(
        "watchers-forgotten-at-a-restart",
        "nobody watches an actor any more that is restarted",
        "engine/src/cell_life.cpp",
        [("  more.common_restarts = {};\n", "  more.common_restarts = {};\n  extras_->watchers = {};\n")],
    ),
    Mutation(
        "watch-of-the-dead-unanswered",
        "who watches an actor that has stopped hears nothing",
        "engine/src/cell_system.cpp",
        [("    tell_terminated(*entry.node(), watch.watcher, watch.target);\n", "")],
    ),
    Mutation(
        "restart-limit-off-by-one",
        "an actor is restarted once more than its limit says",
        "engine/src/restart_history.cpp",
        [("counted_.size() >= *how.max", "counted_.size() > *how.max")],
    ),
    Mutation(
        "restarts-counted-for-ever",
        "restarts count for the limit that are long ago",
        "engine/src/restart_history.cpp",
        [("return then - at >= how.within;", "return then < at;")],
    ),
    Mutation(
        "stop-before-the-children",
        "an actor stops while its children still live",
        "engine/src/cell_life.cpp",
        [("""    if (kill) {
      send_system(child, Kill{});
    } else {
      send_system(child, Stop{});
    }
  }
""", """    if (kill) {
      send_system(child, Kill{});
    } else {
      send_system(child, Stop{});
    }
  }
  condition_.step_due = true;
""")],
    ),
    Mutation(
        "end-of-the-last-child-untold",
        "an actor that stops does not hear that its last child has",
        "engine/src/cell_life.cpp",
        [("  if (was_last) {\n", "  if (was_last && parent_->is_guardian()) {\n")],
    ),
    # Timers.
    Mutation(
        "cancelled-timer-is-handled",
        "a message that was due is handled although it was cancelled",
        "engine/src/delayed_message.cpp",
        [("  if (!state_.compare_exchange_strong(expected, State::claimed)) {\n    return nullptr;\n  }\n",
          "  expected = state_.exchange(State::claimed);\n")],
    ),
    Mutation(
        "timer-floods-a-mailbox",
        "a timer at a fixed rate sends although its last message was not handled",
        "engine/src/delayed_message.cpp",
        [("  } else if (owed_.fetch_add(static_cast<std::uint64_t>(periods)) == 0) {\n",
          "  } else if (owed_.fetch_add(static_cast<std::uint64_t>(periods)) >= 0) {\n")],
    ),
    Mutation(
        "timer-forgets-what-was-missed",
        "an actor that was late does not get all that a timer at a fixed rate owes it",
        "engine/src/delayed_message.cpp",
        [("  } else if (owes_more) {\n", "  } else if (owes_more && period_ > std::chrono::hours(1)) {\n")],
    ),
    Mutation(
        "timers-a-tick-late",
        "the timer thread's wheel gives a timer a tick too late",
        "engine/src/timer_wheel.cpp",
        [("event && event->tick <= now;", "event && event->tick < now;")],
        Test("engine_tests", "timer_wheel"),
    ),
    # Threads.
    Mutation(
        "worker-leaves-with-a-wake-up",
        "a worker goes to sleep although somebody has just left it a wake-up",
        "engine/src/worker.cpp",
        [("  if (!inbox_.close(homeless_)) {\n    return false;\n  }\n", "  inbox_.close(homeless_);\n")],
        Test("engine_tests", "worker,worker_stress"),
    ),
    Mutation(
        "scheduled-at-two-workers",
        "a wake-up of an actor that is scheduled schedules it again: two workers may run it at once",
        "engine/src/worker.cpp",
        [("        return !was_scheduled;\n", "        return was_scheduled || true;\n")],
        Test("engine_tests", "worker,worker_stress"),
    ),
    Mutation(
        "nobody-called-from-outside",
        "when all threads sleep and a message comes from outside, no worker is sent for",
        "engine/src/tbb_executor.cpp",
        [("        send(Role::worker);\n        send_watcher();\n", "        send_watcher();\n")],
        Test("engine_tests", "blocking_watch"),
    ),
    # The protocol.
    Mutation(
        "limits-changed-in-a-session",
        "a hello in the middle of a session changes what the node sends by in it",
        "remoting/src/protocol_input.cpp",
        [("""  if (hello != nullptr && !peer->is_up()) {  // what a session began with holds until its end
""", """  if (hello != nullptr) {
""")],
        Test("remoting_tests", "protocol_parts"),
    ),
    Mutation(
        "gap-not-noticed",
        "a frame that is lost on the way does not end the session",
        "remoting/src/protocol_input.cpp",
        [("  if (frame.header.sequence > peer.received_items) {\n", "  if (false) {\n")],
    ),
    Mutation(
        "repeated-frame-taken",
        "what comes twice is taken twice",
        "remoting/src/protocol_input.cpp",
        [("  if (frame.header.sequence < peer.received_items) {\n", "  if (false) {\n")],
    ),
    Mutation(
        "frames-not-counted",
        "the messages of a frame do not count for the number of the next one",
        "remoting/src/protocol.cpp",
        [("      peer.sent_items += action.items;\n", "")],
    ),
    Mutation(
        "incarnation-not-checked",
        "a frame for an earlier start of this node is taken",
        "remoting/src/protocol_input.cpp",
        [("  return frame.header.to_session == SessionId{incarnation_, peer.session};\n",
          "  return frame.header.to_session.number == peer.session;\n")],
    ),
    Mutation(
        "end-of-a-session-untold",
        "who watches an actor of a node that goes down hears nothing",
        "remoting/src/hub_listener.cpp",
        [("""  for (const WatchTable::Pair& pair : watching_.take_all(node)) {
    tell_terminated(pair);
  }
""", "")],
    ),
    Mutation(
        "numbers-of-the-last-session",
        "a number for a path means in a session what it meant in the one before",
        "remoting/src/hub_listener.cpp",
        [("  names_.erase(node);\n  node_.events().publish(spinoff::NodeUp{node});\n",
          "  node_.events().publish(spinoff::NodeUp{node});\n"),
         ("  names_.erase(node);\n  node_gone(node, reason);\n", "  node_gone(node, reason);\n")],
    ),
    Mutation(
        "order-swapped-in-a-batch",
        "the first and the last message of a frame change places",
        "remoting/src/protocol_input.cpp",
        [("  apply_aliases(peer, items, actions);\n",
          "  apply_aliases(peer, items, actions);\n"
          "  if (items.size() > 1) {\n    std::swap(items.front(), items.back());\n  }\n")],
    ),
    Mutation(
        "refused-frame-reversed",
        "what the channel did not take goes back to the queue in the wrong order",
        "remoting/src/protocol_parts.cpp",
        [("for (auto parcel = frame.parcels.rbegin(); parcel != frame.parcels.rend(); ++parcel) {",
          "for (auto parcel = frame.parcels.begin(); parcel != frame.parcels.end(); ++parcel) {")],
        Test("remoting_tests", "protocol,protocol_parts,protocol_random"),
    ),
    Mutation(
        "parts-in-the-wrong-order",
        "a large message is put together from the last part to the first",
        "remoting/src/assembly.cpp",
        [("  bytes.append(part.bytes);\n", "  bytes.insert(0, part.bytes);\n")],
    ),
    Mutation(
        "small-one-overtakes-a-large-one",
        "what is sent behind a large message to the same actor does not wait for its last part",
        "remoting/src/outbox.cpp",
        [("  return is_any_open ? lanes_.find(path) : nullptr;\n", "  return nullptr;\n")],
    ),
    Mutation(
        "silence-ignored",
        "a node that says nothing any more does not go down",
        "remoting/src/protocol_time.cpp",
        [("  if (peer.is_up() && now >= peer.last_heard + options_.silence) {\n", "  if (false) {\n")],
    ),
    Mutation(
        "never-given-up",
        "a node that cannot be reached is waited for without end",
        "remoting/src/protocol_time.cpp",
        [("  if (!peer.is_up() && now >= peer.since + options_.unreachable) {\n", "  if (false) {\n")],
    ),
    Mutation(
        "unsent-mail-dropped",
        "what was not sent when a node is given up is no dead letter",
        "remoting/src/protocol_sessions.cpp",
        [("  if (std::vector<Parcel> waiting = peer.take_all(); !waiting.empty()) {\n",
          "  if (std::vector<Parcel> waiting = peer.take_all(); waiting.size() > 1'000'000) {\n")],
    ),
    Mutation(
        "outbox-not-announced",
        "the I/O thread is not told of what is written when it has taken what was there",
        "remoting/src/outbox.cpp",
        [("    is_announced_ = false;\n", "")],
    ),
    # The example.
    Mutation(
        "late-result-counted",
        "the coordinator counts a piece of a worker that had been given up",
        "examples/compute/coordinator.cpp",
        [("    return;  // The same, but by now it has come back.\n",
          "    primes_ += counted.primes;\n    return;\n")],
    ),
]
