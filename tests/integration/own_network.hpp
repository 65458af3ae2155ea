/// A network of its own, which reaches nothing but what a test carries.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "support/spawn.hpp"

namespace spinoff::integration {

/// A network namespace with a TUN device: each packet from there to another address of its /24 can
/// be read, and what is written arrives there. Whatever a thread makes while it is in it, sockets,
/// threads and processes, stays there. So nothing of it reaches the machine's own network, and no
/// kernel module is needed as `tc netem` does.
class OwnNetwork {
 public:
  /// Of the host in it. Throws testing::ProcessError if it is not permitted.
  explicit OwnNetwork(const char* address);

  /// Why there can be none here; nothing, if there can.
  static std::optional<std::string> obstacle();

  /// Calls it in that network.
  void in(const std::function<void()>& what) const;

  /// Whole IP packets; does not block.
  [[nodiscard]] int packets() const { return packets_.number(); }

 private:
  testing::Descriptor network_{-1};
  testing::Descriptor packets_{-1};
};

}  // namespace spinoff::integration
