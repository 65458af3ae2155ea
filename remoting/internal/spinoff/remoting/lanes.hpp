/// Large messages on their way to one peer, and what must not overtake them.
///
/// What goes to a receiver to which a large message is under way is of that receiver's lane. Lanes
/// take turns, frame by frame: one part of a large message, or a batch of what follows one. At most
/// `kMostInParts` large messages have begun at once, since the other end keeps all that has come of
/// each; the others wait until one of these is done. That an actor has stopped waits for all that
/// was put into any lane before it, since this may be of that actor.
///
/// What a frame takes counts as gone only when the channel has the frame: until then it can be put
/// back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include <spinoff/remoting/lane.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/serialization/wire.hpp>

namespace spinoff::remoting {

class Lanes {
 public:
  [[nodiscard]] bool empty() const noexcept { return lanes_.empty(); }

  /// Messages of more bytes go in parts of that size; 0: the peer takes no parts. While empty.
  void set_part_bytes(std::size_t bytes) noexcept { part_bytes_ = bytes; }

  /// At the end of its lane.
  void add(Parcel parcel);
  /// All but what is in a frame, in the order in which they came. Forgets everything else, too.
  std::vector<Parcel> take_all();

  /// What a frame has room for.
  struct Room {
    std::size_t bytes;
    std::size_t items;
  };
  /// What was put into a frame: a part of a large message, or whole parcels.
  struct Load {
    std::size_t part_bytes = 0;
    /// With the last part, the message.
    std::vector<Parcel> parcels;
  };
  /// Puts what has its turn into the frame, until `sent` or `put_back`. Not empty.
  [[nodiscard]] Load load(serialization::FrameBuilder& frame, const Room& room);
  void sent();
  void put_back(Load load);

 private:
  struct Entry {
    Parcel parcel;
    /// In which it came.
    std::uint64_t order;
  };
  struct Queue {
    std::deque<Entry> entries;
    /// Of the first one, if it goes in parts.
    std::uint64_t number = 0;
    std::size_t sent_bytes = 0;
  };

  [[nodiscard]] bool is_large(const Parcel& parcel) const noexcept {
    return part_bytes_ > 0 && parcel.items.size() > part_bytes_;
  }
  /// Where it waits, by what is first in it.
  void place(Queue& queue);
  void begin(Queue& queue);
  void pass_those_gone();
  /// Those that need not wait any more get their turns.
  void release();
  void load_part(serialization::FrameBuilder& frame, Queue& queue, Load& load);
  void load_whole(serialization::FrameBuilder& frame, Queue& queue, const Room& room, Load& load);
  Parcel take_first(Queue& queue);

  std::size_t part_bytes_ = 0;
  std::unordered_map<const Lane*, Queue> lanes_;
  /// Those that may send, in turn.
  std::deque<Queue*> turns_;
  /// Those whose next message is large and has not begun.
  std::deque<Queue*> waiting_;
  /// Those whose next parcel waits for all before it, by its order.
  std::map<std::uint64_t, Queue*> fenced_;
  std::size_t begun_ = 0;
  std::uint64_t last_number_ = 0;

  /// Whether they are gone, from the first on that is not.
  std::deque<bool> gone_;
  std::uint64_t first_ = 0;

  /// What is in the frame that is not sent yet.
  const Lane* in_hand_ = nullptr;
  std::vector<std::uint64_t> orders_in_hand_;
};

}  // namespace spinoff::remoting
