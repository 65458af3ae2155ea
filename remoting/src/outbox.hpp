/// What is to be sent to one node, between the threads that send and the I/O thread.
///
/// Senders encode on their own threads, outside of the lock, and append to a batch under it, which
/// takes some tens of nanoseconds. The first who finds nothing waiting *announces* the outbox to
/// the I/O thread, which then takes all that has come by then; so while it is busy, the next
/// batches gather by themselves, and a message that is alone leaves at once.
///
/// Inside of a session, paths and type names go by numbers (AliasWriter). The I/O thread says when
/// one begins and ends. What was written in a session is marked with its number, and the protocol
/// sends it in no other: so it does no harm that the end is heard of here a little later. Outside
/// of sessions there are no numbers and no batches, because the other end has not told its limits.
///
/// What has come in counts in the *backlog* until the I/O thread says that it has left: ZeroMQ has
/// it, or it was returned. Each parcel carries for how much it counts, and holds the outbox. When
/// there is no room, a message is refused, or its sender stands in a *line*. There is a line only
/// while messages count, since one alone always has room; each of these leaves one day, and
/// whoever makes room lets the first ones in under the same lock under which others join. So no
/// wake-up is lost. While there is a line, nobody else finds room: what comes in stays in order.
/// At the end of a session, or of the attempts to have one, the line ends before the room of what
/// was returned is given back, so those who waited for that node hear of its end, and none comes
/// in; and when the node stops, it ends after the outbox has been closed. The senders are told with
/// no lock held, by whoever took them out of the line, so each is told once or has given up.
///
/// A message of some KiB is not copied: its memory becomes a parcel, and later the frame.
///
/// A large message opens a lane for its receiver, in or out of a session, and as long as that is
/// there, whatever goes to the same receiver is of that lane and has no numbers, since it may
/// arrive later than what is written after it. While no lane is open, all that this costs is that
/// the room is compared with something else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/transport.hpp>
#include <spinoff/remoting/actions.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/remoting/queue_limits.hpp>
#include <spinoff/uri.hpp>

#include "alias_writer.hpp"
#include "backlog.hpp"
#include "buffer_pool.hpp"
#include "open_lanes.hpp"
#include "outgoing_message.hpp"
#include "unsent_messages.hpp"
#include "waiting_line.hpp"

namespace spinoff::remoting {

class Intake;
struct HubOptions;

class Outbox final : public engine::Route, public std::enable_shared_from_this<Outbox> {
 public:
  struct Limits {
    QueueLimits queue;
    /// Of one batch.
    std::size_t batch_bytes;
    /// Of a message that needs no lane, outside of sessions.
    std::size_t straight_bytes = std::numeric_limits<std::size_t>::max();
  };
  static Limits limits_of(const HubOptions& options);

  Outbox(NodeId node, std::shared_ptr<Intake> intake, std::shared_ptr<BufferPool> buffers,
         const Limits& limits)
      : node_(std::move(node)),
        intake_(std::move(intake)),
        buffers_(std::move(buffers)),
        max_batch_bytes_(limits.batch_bytes),
        first_straight_bytes_(limits.straight_bytes),
        backlog_(limits.queue),
        lone_bytes_(limits.straight_bytes),
        straight_bytes_(limits.straight_bytes) {}

  [[nodiscard]] const NodeId& node() const noexcept { return node_; }

  // For senders; any thread.

  using Message = OutgoingMessage;
  enum class Written : std::uint8_t {
    yes,
    no_room,       ///< too much waits, or the node stops
    wants_sender,  ///< tell who sent it, and try again
  };
  /// `may_attend`: the caller holds no lock, so it may also send it. Throws std::length_error for
  /// what is too long for the wire.
  Written write(const Message& message, bool may_attend = false);
  /// The message without numbers, for where it cannot be written yet. Its sender is known. Throws
  /// std::length_error for what is too long for the wire.
  static Parcel parcel_of(const Message& message);
  /// Throws std::length_error for what is too long for the wire; its sender is known.
  static void check(const Message& message);
  /// What a message counts for in the backlog.
  static std::size_t bytes_of(std::string_view payload) noexcept;
  /// How much room a payload's memory has in front, so that it becomes a frame where it is.
  static constexpr std::size_t kRoomForHeads = 512;
  /// Writes the message, or takes it into the line; then its sender is told later. It was checked.
  Entered enter(std::unique_ptr<WaitingMessage>& message);
  /// False if it is not in the line any more; else it was not sent.
  bool leave_line(std::uint64_t number);
  /// Why no message is taken.
  [[nodiscard]] std::string refusal();
  /// Gives the parcel back if there is no room for it, or the node stops.
  [[nodiscard]] std::optional<Parcel> post(Parcel parcel);

  // For the I/O thread.

  /// Appends what waits. Gives what waited when the high-water mark was reached, if it was.
  std::optional<Load> take(std::vector<Parcel>& parcels);
  /// Of what was taken, so much has been sent or returned.
  void left(const Load& load);
  void begin_session(const NodeUp& session);
  void end_session();
  /// Tells those in the line that they need not wait any longer.
  void end_line(const std::string& reason);
  /// Nothing more is taken. The line is to be ended.
  void close();

 private:
  [[nodiscard]] bool has_room(std::size_t bytes) noexcept {
    return backlog_.has_room(bytes) || backlog_.find_room(bytes);
  }
  void let_in(std::unique_lock<std::mutex> lock);
  Written write_straight(const Message& message);
  Written write_aside(const Message& message, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::shared_ptr<const Lane> lane_of(std::string_view path, std::size_t bytes,
                                                    bool after_all);
  /// Its sender is known.
  void append_any(const Message& message);
  void append_alone(Parcel parcel);
  serialization::Item named(const Message& message);
  [[nodiscard]] bool fits_batch(const Message& message) const noexcept;
  void append(const serialization::Item& item, const Message& message);
  void append_taken(const serialization::Item& item, const Message& message);
  void append_named(const Message& message);
  [[nodiscard]] bool append_like_last(const Message& message);
  void remember(serialization::Item item, const Message& message);
  void begin_parcel(serialization::FrameBytes items);
  void end_parcel();
  void announce(bool may_attend = false);

  const NodeId node_;
  const std::shared_ptr<Intake> intake_;
  const std::shared_ptr<BufferPool> buffers_;
  const std::size_t max_batch_bytes_;
  /// Outside of sessions.
  const std::size_t first_straight_bytes_;

  std::mutex mutex_;
  std::vector<Parcel> parcels_;
  Backlog backlog_;
  /// What had come in, in bytes, before the last batch and before the last `take`.
  std::optional<std::size_t> counted_before_;
  std::size_t added_before_ = 0;
  WaitingLine line_{backlog_};
  /// Of the session; 0: there is none.
  std::uint64_t session_ = 0;
  std::size_t batch_bytes_ = 0;
  AliasWriter receivers_;
  AliasWriter senders_;
  AliasWriter types_;
  /// Messages come in runs: what the last one began with, if all its names have numbers, and of
  /// whom these are.
  struct Last {
    const detail::Target* to = nullptr;
    std::uint32_t generation = 0;
    std::uint32_t sender_generation = 0;
    const detail::Target* sender = nullptr;
    const detail::MessageType* type = nullptr;
    std::string head;
  } last_;
  /// The last batch was worth a large buffer.
  bool is_busy_ = false;
  /// What the last parcel keeps, and whether more may be appended to that.
  UnsentMessages* kept_ = nullptr;
  bool is_open_ = false;
  bool is_announced_ = false;
  OpenLanes lanes_;
  /// Of the largest message that needs no lane while none is open.
  std::size_t lone_bytes_;
  /// The same, or 0 if one may be open.
  std::size_t straight_bytes_;
};

}  // namespace spinoff::remoting
