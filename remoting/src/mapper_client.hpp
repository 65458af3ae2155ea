/// A node's side of the mappers: claims its own name, and asks for those of others.
///
/// A thread of its own does it, since a host's name may have to be looked up, which takes as long
/// as it takes: nothing here holds up the I/O thread. A node uses one for its own name, and another
/// one, from the first time that it needs it, for those of others; a look-up that hangs does not
/// cost the node its name.
///
/// Mappers come and go. The own name is claimed once a second for ever. What is asked for is asked
/// again until it is known, for as long as a node that is not reachable is tried.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <spinoff/security.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::remoting {

class MapperClient {
 public:
  /// Called on the client's thread, and not after `stop`, which waits for a call that is going on.
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    virtual void found(const NodeId& name, const NodeId& node) noexcept = 0;
    /// Nobody has it, or nobody could be asked, for all of the time.
    virtual void not_found(const NodeId& name, const std::string& reason) noexcept = 0;
    /// The node has its name, after it had not.
    virtual void claimed() noexcept = 0;
    /// It has not, after it had, or at first.
    virtual void not_claimed(const std::string& reason) noexcept = 0;
  };

  struct Options {
    std::uint16_t port = 0;
    /// How long to look for a name.
    std::chrono::steady_clock::duration patience = std::chrono::seconds(10);
    std::optional<Security> security = std::nullopt;
  };

  MapperClient(Options options, Listener& listener);
  ~MapperClient() { stop(); }
  MapperClient(const MapperClient&) = delete;
  MapperClient& operator=(const MapperClient&) = delete;

  /// Claims `name` for `node` from now on. Returns when it is known whether the node has it, or
  /// soon if no mapper answers. Gives the node that has it, if that is another one and alive.
  [[nodiscard]] std::optional<NodeId> claim(const std::string& name, const NodeId& node);
  /// Any thread. Asking again before the answer is harmless.
  void find(const NodeId& name);
  /// Gives the own name back. Waits for about 0.2 s at most, and leaves a thread that is in the
  /// middle of a look-up to end by itself.
  void stop();

 private:
  struct Shared;
  class Loop;

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace spinoff::remoting
