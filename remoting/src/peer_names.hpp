/// What the texts that come from one node stand for at this one, so that a text that came with a
/// number (see docs/wire-protocol.md, Aliases) is looked up once and not for each message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/message_type.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/serialization/wire.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

/// The full name of something that the node `from` names by `text`. Throws InvalidUri.
[[nodiscard]] Uri uri_of(const NodeId& from, std::string_view text);

/// Of one session. The numbers are as few as the protocol allows (ProtocolOptions::max_aliases). On
/// the I/O thread. What it gives by reference is good until the next call.
class PeerNames {
 public:
  PeerNames(engine::NodeCore& node, NodeId peer) : node_(node), peer_(std::move(peer)) {}

  /// An actor that has been found is not looked at again for the messages of one frame that follow
  /// one another: what a worker writes there is slow to read from here.
  void begin_frame() noexcept { last_receiver_ = serialization::Alias::kNone; }
  /// The actor or ask here that the item is for, or a Ref that names nobody.
  const Ref& receiver(const serialization::Item& item);
  /// Whoever sent it; a Ref that names nobody if it does not say. Throws InvalidUri.
  const Ref& sender(const serialization::Item& item);
  /// The same for its message's envelope, counted so many times. `sender` was called for the item
  /// just before.
  detail::Sender count_sender(const serialization::Item& item, std::uint32_t times = 1);
  /// Null if no message of that name is known here.
  const detail::MessageType* type(const serialization::Item& item);

 private:
  // Envelopes that workers free count their sender. So that this thread and theirs do not count at
  // one place in turn for each message, many counts are taken at once, and lent to envelopes.
  class LentRef {
   public:
    LentRef() = default;
    LentRef(LentRef&& other) noexcept
        : ref(std::move(other.ref)),
          is_lasting(other.is_lasting),
          meaning(other.meaning),
          unlent_(std::exchange(other.unlent_, 0)) {}
    LentRef(const LentRef&) = delete;
    LentRef& operator=(const LentRef&) = delete;
    LentRef& operator=(LentRef&&) = delete;
    ~LentRef() { take_back(); }

    void replace(Ref by);
    detail::Sender lend(std::uint32_t times);

    Ref ref;
    // It will never mean anybody else.
    bool is_lasting = false;
    std::uint32_t meaning = 0;

   private:
    void take_back() noexcept;

    std::uint32_t unlent_ = 0;
  };

  engine::NodeCore& node_;
  const NodeId peer_;
  // What was found for a number, and for which of its meanings.
  struct Receiver {
    Ref ref;
    std::uint32_t meaning = 0;
  };
  struct Type {
    const detail::MessageType* type = nullptr;
    std::uint32_t meaning = 0;
  };
  std::vector<Receiver> receivers_;
  std::vector<LentRef> senders_;
  Ref once_;  // without a number
  std::uint32_t last_receiver_ = serialization::Alias::kNone;
  std::vector<Type> types_;
};

}  // namespace spinoff::remoting
