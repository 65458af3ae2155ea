/// All that the engine knows of other nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::engine {

class InputSource;
class NameTarget;
struct RoomWaiter;

/// What a transport knows of the way to one other node; see NameTarget::route.
class Route {
 public:
  Route() = default;
  Route(const Route&) = delete;
  Route& operator=(const Route&) = delete;
  virtual ~Route() = default;
};

/// Carries messages to actors at other nodes. Implemented by remoting. All calls may come from any
/// thread and do not block; what cannot be delivered comes back as a dead letter.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// The caller holds `to`.
  virtual void send(NameTarget& to, detail::EnvelopePtr message) = 0;
  /// The same, but if too much waits for that node, the message stands in a line until there is
  /// room, and `waiter` is told once when it has come in or is a dead letter. Gives its number in
  /// the line; 0: it does not wait, and nobody is told.
  virtual std::uint64_t send_when_room(NameTarget& to, detail::EnvelopePtr message,
                                       RoomWaiter waiter) = 0;
  /// Gives up the place in the line, and the message. False if it has left the line.
  virtual bool leave_line(NameTarget& to, std::uint64_t number) = 0;
  virtual void watch(const Uri& target, const Ref& watcher) = 0;
  virtual void unwatch(const Uri& target, const Ref& watcher) = 0;
  /// Tells a watcher at another node that a local actor has stopped.
  virtual void terminated(const Uri& watcher, const Ref& actor) = 0;
  /// Tells an ask at another node that it will get no reply.
  virtual void ask_failed(const Uri& ask, std::string_view reason) = 0;
  /// What comes from other nodes; null if it comes by itself only.
  [[nodiscard]] virtual std::shared_ptr<InputSource> input() { return nullptr; }
  /// Announces the end to all peers, sends what is queued, and ends the transport's threads.
  virtual void stop() = 0;
};

}  // namespace spinoff::engine
