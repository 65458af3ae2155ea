/// One item on its way to another node, with what is needed to make a dead letter of it.
#pragma once

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
  std::unique_ptr<Keepsake> keepsake;
};

}  // namespace spinoff::remoting
