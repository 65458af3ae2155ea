/// The same work with nothing but ZeroMQ: DEALER to ROUTER over loopback, one message a frame.
#pragma once

#include <string>

#include <zmq.hpp>

#include "remote/options.hpp"
#include "remote/round_trips.hpp"

namespace spinoff::bench {

/// The second process's side: takes a flood of messages, says how many there were, then sends back
/// what it gets.
class ZmqFarSide {
 public:
  explicit ZmqFarSide(const RemoteOptions& options);
  /// Where the first process finds it.
  [[nodiscard]] std::string endpoint() const;
  /// Returns when all is done.
  void serve(const RemoteOptions& options);

 private:
  void receive();
  void reply(const void* data, std::size_t size);

  zmq::context_t context_;
  zmq::socket_t socket_;
  zmq::message_t from_;
  zmq::message_t message_;
};

struct ZmqFigures {
  double flood_seconds;
  RoundTrips round_trips;
};

/// The first process's side. Throws std::exception, also if a message was lost.
ZmqFigures measure_zmq(const std::string& endpoint, const RemoteOptions& options);

}  // namespace spinoff::bench
