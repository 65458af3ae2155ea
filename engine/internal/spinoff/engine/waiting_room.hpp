/// Where the messages of an actor wait whose mailbox is bounded or has priorities.
///
/// The actor's mailbox holds their *tickets*, one for each message that waits here. So there is
/// nothing that wakes the actor, says how much it has to do, or ends with it but its mailbox. Who
/// has a ticket (see Ticket) *draws* whatever message is next by then: of the highest priority, the
/// oldest. A message counts until it has left: that of an ordinary actor when it is drawn, that of
/// a process when the process gets it.
///
/// Who finds the room full, and may wait, stands in a line with its message. When a message leaves,
/// the first in the line comes in, and its sender is told. So there is a line only while the room
/// is full, nobody overtakes, and no wake-up is lost: whoever makes room looks at the line under
/// the lock under which others join it. A question that nobody waits for any more is given up when
/// it gets to the front. What the engine itself sends in order with messages, the end of a watched
/// actor or a poison, is never refused; it stands in the line if there is one.
///
/// The end: the actor closes the room, then its mailbox. Of each message that came in before, a
/// ticket is in the mailbox or on its way there; who finds the mailbox closed draws one, as the
/// actor does for all that are in it. So each is a dead letter exactly once. `close` gives those in
/// the line.
///
/// Any thread may call anything. Nothing is sent and no user code runs under the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <utility>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/mailbox_options.hpp>
#include <spinoff/ref.hpp>

namespace spinoff::engine {

using detail::Envelope;
using detail::EnvelopePtr;

/// Who is told when its message has come in: an actor's coroutine, or a thread.
struct RoomWaiter {
  Ref actor = {};
  std::uint64_t token = 0;
  std::shared_ptr<std::binary_semaphore> thread = nullptr;

  void tell() const;
};

class WaitingRoom {
 public:
  explicit WaitingRoom(MailboxOptions options) : options_(std::move(options)) {}

  /// What happened to a message, and what its sender has to do.
  enum class Entry : std::uint8_t {
    taken,     ///< send its ticket
    replaces,  ///< nothing: the ticket of the one that it replaces serves
    waits,     ///< nothing: it stands in the line
    full,
    closed,
  };
  struct Answer {
    Entry entry;
    EnvelopePtr left = nullptr;  ///< the one that was not taken, or had to go
    std::uint64_t number = 0;    ///< in the line
    /// Those who come in since others before them have been given up, as from `leave`.
    std::vector<RoomWaiter> came_in = {};
  };
  /// What `enter` takes, of a message that is decoded. Throws what the user's function throws.
  [[nodiscard]] std::int64_t priority_of(Envelope& message) const;
  /// A message of any kind. `may_wait`: to stand in the line if the room is full and its policy
  /// says so; `waiter` then is told.
  Answer enter(EnvelopePtr message, std::int64_t priority, bool may_wait, RoomWaiter waiter = {});
  /// Gives up the place in the line, and the message. False if that has come in. Also gives those
  /// who come in instead, as `leave` does.
  std::pair<bool, std::vector<RoomWaiter>> leave_line(std::uint64_t number);

  /// The next message, for who has a ticket: there is one.
  EnvelopePtr draw();
  /// A message that was drawn has left. Gives those who wait for having come in, each of whom needs
  /// a ticket.
  std::vector<RoomWaiter> leave();

  struct InLine {
    EnvelopePtr message;
    std::int64_t priority;
    RoomWaiter waiter;
    std::uint64_t number;
  };
  /// Nobody comes in any more. Gives the line.
  std::deque<InLine> close();

  [[nodiscard]] const MailboxOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] bool is_full() const noexcept {
    return options_.capacity() != 0 && inside_ >= options_.capacity();
  }
  void add(EnvelopePtr message, std::int64_t priority);
  std::vector<RoomWaiter> let_in(std::vector<InLine>& given_up);
  Answer replace_oldest(EnvelopePtr message, std::int64_t priority);

  const MailboxOptions options_;
  std::mutex mutex_;
  // Of each priority the oldest first; none is empty.
  std::map<std::int64_t, std::deque<EnvelopePtr>, std::greater<>> waiting_;
  std::size_t inside_ = 0;  // those that wait and those that were drawn and have not left
  std::deque<InLine> line_;
  std::uint64_t last_number_ = 0;
  bool closed_ = false;
};

}  // namespace spinoff::engine
