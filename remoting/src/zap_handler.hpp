/// Answers ZeroMQ's question which connections to take: those of keys that are in the list of
/// peers.
///
/// The question is ZAP (https://rfc.zeromq.org/spec/27). ZeroMQ's own thread asks over inproc when
/// a client has proved that it has the secret key of the public one that it shows, and takes
/// nothing from the connection before it has the answer. The I/O thread answers between other
/// things, so there is no thread of its own that could hang. Who is never answered, because the
/// node stops, is closed with the listening socket, or by the limit for handshakes.
///
/// A connection that is taken carries its key in each message, as the property "User-Id". What
/// comes without one is dropped unread: ZeroMQ takes everybody while there is nobody to ask.
#pragma once

#include <optional>

#include <zmq.hpp>

#include <spinoff/peer_list.hpp>
#include <spinoff/remoting/actions.hpp>

namespace spinoff::remoting {

/// The key of the connection by which the frame came; none if it was not asked for.
[[nodiscard]] std::optional<PublicKey> key_of_connection(const zmq::message_t& frame);

class ZapHandler {
 public:
  /// Before the listening socket is bound. There is one in a context. `peers` must outlive it.
  ZapHandler(zmq::context_t& context, const PeerList& peers);

  /// For polling: readable when there is something to answer.
  [[nodiscard]] zmq::socket_t& socket() noexcept { return socket_; }
  /// Answers what was asked so far, and tells of those who are not taken. Does not wait.
  void answer(Actions& actions);

 private:
  bool answer_one(Actions& actions);

  zmq::socket_t socket_;
  const PeerList* peers_;
};

}  // namespace spinoff::remoting
