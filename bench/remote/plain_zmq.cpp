#include "remote/plain_zmq.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "remote/window.hpp"

namespace spinoff::bench {

namespace {

// A sender that reaches the high-water mark blocks, so nothing is lost.
void limit_queues(zmq::socket_t& socket, const RemoteOptions& options) {
  const int limit = static_cast<int>(window(options.size));
  socket.set(zmq::sockopt::rcvhwm, limit);
  socket.set(zmq::sockopt::sndhwm, limit);
}

class NearSocket {
 public:
  NearSocket(const std::string& endpoint, const RemoteOptions& options) {
    constexpr int kPatienceMs = 30'000;
    limit_queues(socket_, options);
    socket_.set(zmq::sockopt::sndtimeo, kPatienceMs);
    socket_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.connect(endpoint);
  }

  void send(const void* data, std::size_t size) {
    check(socket_.send(zmq::const_buffer(data, size)));
  }
  zmq::message_t& receive() {
    check(socket_.recv(reply_));
    return reply_;
  }

 private:
  static void check(const std::optional<std::size_t>& done) {
    if (!done.has_value()) {
      throw std::runtime_error("the other end of the plain ZeroMQ connection does not answer");
    }
  }

  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
  zmq::message_t reply_;
};

}  // namespace

ZmqFarSide::ZmqFarSide(const RemoteOptions& options) : socket_(context_, zmq::socket_type::router) {
  limit_queues(socket_, options);
  socket_.bind("tcp://127.0.0.1:*");
}

std::string ZmqFarSide::endpoint() const {
  return socket_.get(zmq::sockopt::last_endpoint);
}

void ZmqFarSide::serve(const RemoteOptions& options) {
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < options.messages; ++i) {
    receive();
    count += message_.size() == options.size;
  }
  reply(&count, sizeof(count));
  for (std::uint64_t i = 0; i < options.asks; ++i) {
    receive();
    reply(message_.data(), message_.size());
  }
}

void ZmqFarSide::receive() {
  static_cast<void>(socket_.recv(from_));
  static_cast<void>(socket_.recv(message_));
}

void ZmqFarSide::reply(const void* data, std::size_t size) {
  socket_.send(zmq::const_buffer(from_.data(), from_.size()), zmq::send_flags::sndmore);
  socket_.send(zmq::const_buffer(data, size), zmq::send_flags::none);
}

ZmqFigures measure_zmq(const std::string& endpoint, const RemoteOptions& options) {
  using Clock = RoundTrips::Clock;
  NearSocket socket(endpoint, options);
  const std::string text(options.size, 'x');

  const auto begin = Clock::now();
  for (std::uint64_t i = 0; i < options.messages; ++i) {
    socket.send(text.data(), text.size());
  }
  const auto arrived = *socket.receive().data<std::uint64_t>();
  const std::chrono::duration<double> flood = Clock::now() - begin;
  if (arrived != options.messages) {
    throw std::runtime_error(
        fmt::format("plain ZeroMQ brought {} of {} messages", arrived, options.messages));
  }

  RoundTrips round_trips(options.asks);
  for (std::uint64_t i = 0; i < options.asks; ++i) {
    const auto asked = Clock::now();
    socket.send(&i, sizeof(i));
    socket.receive();
    round_trips.add(Clock::now() - asked);
  }
  return {.flood_seconds = flood.count(), .round_trips = std::move(round_trips)};
}

}  // namespace spinoff::bench
