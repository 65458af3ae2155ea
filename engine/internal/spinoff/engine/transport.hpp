/// All that the engine knows of other nodes.
#pragma once

#include <string>
#include <string_view>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/uri.hpp>

namespace spinoff::engine {

/// Carries messages to actors at other nodes. Implemented by remoting. All calls may come from any
/// thread and do not block; what cannot be delivered comes back as a dead letter.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual void send(const Uri& to, detail::EnvelopePtr message) = 0;
  virtual void watch(const Uri& target, const Ref& watcher) = 0;
  virtual void unwatch(const Uri& target, const Ref& watcher) = 0;
  /// Tells a watcher at another node that a local actor has stopped.
  virtual void terminated(const Uri& watcher, const Ref& actor) = 0;
  /// Tells an ask at another node that it will get no reply.
  virtual void ask_failed(const Uri& ask, std::string_view reason) = 0;
  /// Announces the end to all peers, sends what is queued, and ends the transport's threads.
  virtual void stop() = 0;
};

}  // namespace spinoff::engine
