/// One item on its way to another node, with what is needed to make a dead letter of it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace spinoff::remoting {

/// What the layer above wants back with an item that was not sent. Remoting only keeps it, and
/// drops it on the I/O thread when ZeroMQ has the item.
class Keepsake {
 public:
  Keepsake() = default;
  Keepsake(const Keepsake&) = delete;
  Keepsake& operator=(const Keepsake&) = delete;
  virtual ~Keepsake() = default;
};

struct Parcel {
  /// One encoded item of a carried kind (serialization::encode), and nothing else.
  std::string item;
  /// May be null.
  std::unique_ptr<Keepsake> keepsake = nullptr;
  /// About how much memory the keepsake holds.
  std::size_t kept_bytes = 0;
  /// Taken although no more messages are. Inside of a session none of these is dropped: the other
  /// end would wait for it for ever.
  bool must_go = false;
  /// An answer: of no use to a node with which there is no session.
  bool only_in_session = false;
};

}  // namespace spinoff::remoting
