/// The runtime's record of one actor: its place in the tree, its mailbox, its instance and its
/// state.
///
/// Any thread may push to the mailbox. Everything else belongs to the actor's turn: `run_turn` is
/// called by one thread at a time, that of the actor's home (see home.hpp). The exceptions are the
/// name and the parent, which do not change during a life, and the table of children, which has a
/// lock.
///
/// A life:      created → running ⇄ suspended
///                 └─────────┴──┬─────┘
///                   stopping (children first) → finishing (post_stop_async) → closed
/// A restart is a detour from `suspended`: wait for the backoff, then until the children have
/// stopped, unless they are kept, then begin again.
/// After `closed` the cell gives up its own count; the place is used again when no Ref is left.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/target.hpp>
#include <spinoff/engine/child_table.hpp>
#include <spinoff/engine/coroutine_host.hpp>
#include <spinoff/engine/home.hpp>
#include <spinoff/engine/mailbox.hpp>
#include <spinoff/engine/node_anchor.hpp>
#include <spinoff/engine/ref_set.hpp>
#include <spinoff/engine/supervision_state.hpp>
#include <spinoff/engine/waiting_room.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::detail {
struct Scheduled;
}

namespace spinoff::engine {

using detail::Behavior;
using detail::Sender;

class Cell;

/// Sees what an actor handles. For executors that tell of it.
class TurnObserver {
 public:
  TurnObserver() = default;
  TurnObserver(const TurnObserver&) = delete;
  TurnObserver& operator=(const TurnObserver&) = delete;
  /// In the turn of that actor; the message is as it lay in the mailbox.
  virtual void handles(Cell& cell, Envelope& message) = 0;

 protected:
  ~TurnObserver() = default;
};

class alignas(64) Cell final : public detail::Target {
 public:
  /// For ObjectStore only; cells are made by `create`.
  Cell() noexcept;

  struct Name {
    std::string given;
    std::uint64_t number = 0;  // of a made-up name
  };

  struct Created {
    Cell& cell;
    Ref ref;
  };
  /// A new life, held by the Ref and by a count of its own; its mailbox takes messages. `parent` is
  /// null for the guardian.
  static Created create(NodeAnchor& anchor, Cell* parent, const detail::ActorType& type,
                        detail::FactoryPtr factory, const detail::SpawnOptions& options);
  /// Undoes `create` for an actor that was never scheduled.
  void abandon() noexcept;
  /// No Ref is left: the place may be used again. Called by Target only.
  void retire() noexcept;

  /// Called by the executor. Gives the number of messages that were handled.
  unsigned run_turn() noexcept;
  /// The same, of so many messages at most, each of which `observer` is shown before it is handled.
  unsigned run_turn(unsigned budget, TurnObserver& observer) noexcept;
  /// Has the executor call `run_turn`. Only for whoever a push told so.
  void schedule();
  /// The same, once after `create`.
  void start();

  // For executors; home.hpp says who may call what, and under which lock.

  [[nodiscard]] Home home() const noexcept { return home_.load(std::memory_order_acquire); }
  void move_home(Home to) noexcept { home_.store(to, std::memory_order_release); }
  bool try_move_home(Home from, Home to) noexcept {
    return home_.compare_exchange_strong(from, to);
  }
  [[nodiscard]] bool is_scheduled() const noexcept { return is_scheduled_; }
  void set_scheduled(bool is_scheduled) noexcept { is_scheduled_ = is_scheduled; }

  [[nodiscard]] Mailbox& mailbox() noexcept { return mailbox_; }
  /// Of an actor_with_room, for whoever holds it.
  [[nodiscard]] const std::shared_ptr<WaitingRoom>& room() const noexcept { return room_; }
  /// Publishes HighWaterMarkReached if so many messages wait. Any thread, which need not hold the
  /// actor of that generation.
  void note_length(std::uint32_t generation);
  /// Pushes a system message if the cell is still of that generation.
  static void send_system(const Ref& to, EnvelopePtr message);
  template <class M>
  static void send_system(const Ref& to, M message) {
    send_system(to, detail::Envelope::make<M>(Sender{}, std::move(message)));
  }

  // What does not change during a life.

  [[nodiscard]] NodeCore& node() const noexcept { return anchor()->node(); }
  [[nodiscard]] Cell* parent() const noexcept { return parent_; }
  /// A guardian's place is never used again, so nobody needs to hold it.
  [[nodiscard]] bool is_guardian() const noexcept { return parent_ == nullptr; }
  [[nodiscard]] const Name& name() const noexcept { return name_; }
  [[nodiscard]] std::string name_text() const;
  /// Empty for the guardian.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] const detail::ActorType& type() const noexcept { return *type_; }
  /// Before anybody else can see the cell.
  void set_number(std::uint64_t number) noexcept { name_.number = number; }
  [[nodiscard]] ChildTable& children() noexcept { return children_; }
  [[nodiscard]] Ref ref() noexcept { return detail::RefAccess::borrow(this, generation_); }
  [[nodiscard]] Sender as_sender() noexcept { return {.target = this, .generation = generation_}; }

  // For the actor itself, in its turn.

  /// Who sent the message that is being handled; nobody outside of a handler.
  [[nodiscard]] Ref sender() const noexcept;
  [[nodiscard]] Envelope* current_message() const noexcept {
    return aftermath_.unhandled ? extras_->unhandled.get() : current_.get();
  }
  void mark_unhandled();
  /// The message that is being handled, for good; null if it was taken before.
  EnvelopePtr take_current() noexcept;
  /// Puts a message that was taken in front of all that wait, in the actor's turn.
  void put_back(EnvelopePtr message) noexcept;
  /// How the present instance gets its messages from now on.
  void receive_with(detail::Receive* receive) noexcept { receive_ = receive; }
  /// A stop came while a coroutine is in the middle of handling: it ends when that is done.
  [[nodiscard]] bool stop_requested() const noexcept { return condition_.ending; }
  /// And what it has taken aside is not to be handled before: it was a stop, not a poison.
  [[nodiscard]] bool drops_kept() const noexcept {
    return condition_.ending && !condition_.poisoned;
  }
  /// What the actor does at its end may not take its time.
  [[nodiscard]] bool is_killed() const noexcept { return condition_.killed; }
  /// While the actor restarts, until the new instance has started.
  [[nodiscard]] bool keeps_children() const noexcept {
    return extras_ != nullptr && extras_->supervision != nullptr &&
           extras_->supervision->keeps_children;
  }
  /// From now on, events and the parent's `supervise` name `other` for whose errors this actor
  /// fails.
  void stand_for(const Ref& other) { extras().stands_for = other; }
  /// It has stopped, apart from what its post_stop_async still does.
  [[nodiscard]] bool ends() const noexcept { return condition_.state == State::finishing; }
  /// Handles, or lets the actor take aside, what has come by now. For an actor that takes aside,
  /// in the middle of its coroutine.
  void take_in();
  void forward(const Ref& to);
  /// Stops the actor as soon as it is done with what it does now.
  void stop_soon() noexcept { condition_.stop_due = true; }
  void watch(const Ref& wanted);
  void unwatch(const Ref& actor);
  /// The Terminated of that actor came, and is to be handled later.
  void keep_watching(const Ref& actor) { extras().watching.insert(actor); }
  [[nodiscard]] bool is_watching(const Ref& actor) const noexcept {
    return extras_ != nullptr && extras_->watching.contains(actor);
  }
  /// The message is unhandled, which an event tells. If it is a Terminated, this throws
  /// UnhandledTermination, and leaves it there.
  void refuse(EnvelopePtr& message);
  /// The same as the other note_length; `kept` wait besides those in the mailbox.
  void note_length(std::size_t kept = 0);
  CoroutineHost& coroutines();
  void run_coroutine(Task<> task, CoroutineHost::Purpose purpose);

  /// The actor whose turn runs on this thread; null outside of turns.
  static Cell* running() noexcept { return static_cast<Cell*>(detail::t_self); }
  /// `watcher`, an actor or an ask of `node`, is told when `actor` has stopped, maybe before this
  /// returns. Any thread.
  static void begin_watch(NodeCore& node, const Ref& actor, const Ref& watcher);
  static void end_watch(NodeCore& node, const Ref& actor, const Ref& watcher);
  /// A system message that will not be processed because its receiver has stopped.
  static void refuse_system(EnvelopePtr message);

 private:
  friend class CoroutineHost;
  enum class State : std::uint8_t { created, running, suspended, restarting, stopping, finishing };

  // Whether the actor just handles its messages, or what else there is to do or to wait for.
  struct Condition {
    State state = State::created;
    bool busy : 1 = false;      // a coroutine handler is in the middle of a message
    bool held : 1 = false;      // an ancestor is suspended
    bool ending : 1 = false;    // a stop waits until the coroutine is done with its message
    bool poisoned : 1 = false;  // that stop came in order with the messages
    bool step_due : 1 = false;  // `advance` can go on
    bool stop_due : 1 = false;  // the actor has told itself to stop
    bool killed : 1 = false;    // nothing that the actor does may take its time any more
    bool unused : 1 = false;    // so that each bit has a value to compare

    /// Running and nothing else: one comparison, since it is made for each message.
    [[nodiscard]] bool is_plain() const noexcept {
      return std::bit_cast<std::uint16_t>(*this) ==
             std::bit_cast<std::uint16_t>(Condition{.state = State::running});
    }
  };

  class Turn;
  template <class Seen>
  unsigned take_turn(unsigned budget, Seen seen) noexcept;
  // Rarely needed: allocated when first used.
  struct Extras {
    RefSet watching;
    RefSet watchers;
    std::unique_ptr<CoroutineHost> coroutines;
    std::unique_ptr<SupervisionState> supervision;
    EnvelopePtr unhandled;  // the message that is being handled, if the actor says so
    EnvelopePtr counted;    // what it came in, of a message that a coroutine handles
    std::vector<std::uint64_t> held_wakes;  // tokens that came while the actor was held
    Ref stands_for;                         // another's errors are told as this actor's own
  };
  Extras& extras();

  // Handling (cell_turn.cpp).
  [[nodiscard]] bool takes_messages() const noexcept {
    return condition_.state == State::running && !condition_.busy && !condition_.held &&
           !condition_.ending;
  }
  [[nodiscard]] bool settle() noexcept;
  [[nodiscard]] bool settle_elsewhere() noexcept;
  void yield();
  void process_system_mail();
  void stop_if_due();
  enum class Step : std::uint8_t {
    free,
    counted,  ///< uses up some of the turn's budget
    last,     ///< the turn is over; the cell may be another thread's
  };
  Step take_other_step(bool has_budget);
  void handle(Envelope* message);
  void handle_special(EnvelopePtr message);
  void handle_ticket(EnvelopePtr ticket);
  void handle_run(EnvelopePtr run);
  void put_back_rest(EnvelopePtr run) noexcept;
  [[nodiscard]] EnvelopePtr take_one(Envelope* message);
  [[nodiscard]] bool unwrap_here(EnvelopePtr& message);
  void handle_scheduled(const detail::Scheduled& due);
  void give(Envelope* message);
  void after_message();
  void let_go_of_message();
  void drop_coroutine();
  void publish_unhandled(EnvelopePtr message);
  void after_coroutine();
  [[nodiscard]] bool may_stop_now(bool in_order) const noexcept;
  void drop_mail();

  // How long the mailbox is (high_water.cpp).
  void tell_length(NodeCore& node, std::size_t length);

  // System messages (cell_system.cpp).
  void process_system(EnvelopePtr message);

  // Errors (cell_supervision.cpp).
  SupervisionState& supervision();
  [[nodiscard]] Ref shown() noexcept {
    return extras_ != nullptr && extras_->stands_for ? extras_->stands_for : ref();
  }
  [[nodiscard]] bool never_started() const noexcept {
    return extras_ != nullptr && extras_->supervision != nullptr &&
           extras_->supervision->never_started;
  }
  void fail(std::exception_ptr error);
  void suspend(std::exception_ptr reason);
  void refuse_asker(std::string_view reason);
  void apply(const Decided& decided);
  void obey(const Order& order);
  void restart_after(std::chrono::nanoseconds delay, bool keep_children);
  void restart_if_due(const RestartDue& due);
  void go_on();
  void ignore_open();
  void resume();
  void hold_children(bool held);

  // The same as a parent (cell_children.cpp).
  void decide(const ChildFailed& failed);
  Decision ask_supervise(const ChildFailed& failed) noexcept;
  void order_all(const Decision& decision, const std::exception_ptr& reason);
  [[nodiscard]] bool was_ordered_since(const ChildFailed& failed) const;
  void release_kept();

  // Life (cell_life.cpp). Only `advance` can end it: it returns true when the actor is closed, and
  // then nothing of the cell may be touched.
  bool advance();
  void start_instance(bool restarted);
  void start_run();
  void begin_restart();
  [[nodiscard]] bool is_own_child(const Ref& actor) const;
  void request_stop(bool kill, bool in_order = false);
  void begin_stop(bool kill);
  void stop_children(bool kill);
  void run_post_stop();
  void close();
  void leave(bool was_last);
  void give_up_place() noexcept;
  void keep_mail();
  void drop_kept();
  void drop_user_mail();
  void close_user_mail();
  void refuse_system_mail();
  void wake(std::uint64_t token);

  // Watching (cell_watching.cpp).
  static void tell_terminated(NodeCore& node, const Ref& watcher, const Ref& actor);

  friend class ChildTable;

  // The first cache line, from Target on, is what senders look at; those at other homes fight for
  // its end, the mailbox's first words. The second is what each turn touches.
  std::atomic<std::uint16_t> marks_told_{0};  // high-water marks, see note_length
  Cell* next_sibling_ = nullptr;              // for the parent's table
  const detail::ActorType* type_ = nullptr;
  std::atomic<Home> home_{kNowhere};
  [[no_unique_address]] Mailbox mailbox_;  // its last bytes are free
  std::uint32_t generation_ = 0;
  std::unique_ptr<Behavior> instance_;
  detail::Receive* receive_ = nullptr;  // the type's, unless the instance wants another
  EnvelopePtr current_;
  bool is_scheduled_ = false;  // for its home, under the lock
  // What has to be looked at after each message.
  struct Aftermath {
    bool unhandled = false;   // extras_ keeps it
    bool coroutines = false;  // extras_ has some
    [[nodiscard]] bool none() const noexcept { return std::bit_cast<std::uint16_t>(*this) == 0; }
  } aftermath_;
  Condition condition_;

  detail::FactoryPtr factory_;
  Cell* parent_ = nullptr;
  Name name_;
  std::unique_ptr<Extras> extras_;
  std::shared_ptr<WaitingRoom> room_;  // stays for as long as there are refs
  ChildTable children_;
};

static_assert(sizeof(Cell) == 256, "an actor's cell has grown");

}  // namespace spinoff::engine
