#include "remote/plain_zmq.hpp"

#include <cstdint>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zmq.hpp>

#include "remote/program/window.hpp"
#include "remote/program/words.hpp"

namespace spinoff::bench {

namespace {

// A sender that reaches the high-water mark blocks, so nothing is lost.
void limit_queues(zmq::socket_t& socket, const RemoteOptions& options) {
  const int limit = static_cast<int>(window(options));
  socket.set(zmq::sockopt::rcvhwm, limit);
  socket.set(zmq::sockopt::sndhwm, limit);
}

class NearSocket {
 public:
  NearSocket(zmq::context_t& context, const std::string& endpoint, const RemoteOptions& options)
      : socket_(context, zmq::socket_type::dealer), text_(options.size, 'x') {
    constexpr int kPatienceMs = 30'000;
    limit_queues(socket_, options);
    socket_.set(zmq::sockopt::sndtimeo, kPatienceMs);
    socket_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.connect(endpoint);
  }

  /// What was sent comes back.
  void round_trip(std::uint64_t number) {
    send(&number, sizeof(number));
    if (*receive().data<std::uint64_t>() != number) {
      throw std::runtime_error("plain ZeroMQ brought the answer to another question");
    }
  }
  void flood(std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) {
      send(text_.data(), text_.size());
    }
    const auto arrived = *receive().data<std::uint64_t>();
    if (arrived != messages) {
      throw std::runtime_error(
          fmt::format("plain ZeroMQ brought {} of {} messages", arrived, messages));
    }
  }

 private:
  void send(const void* data, std::size_t size) {
    check(socket_.send(zmq::const_buffer(data, size)));
  }
  zmq::message_t& receive() {
    check(socket_.recv(reply_));
    return reply_;
  }
  static void check(const std::optional<std::size_t>& done) {
    if (!done.has_value()) {
      throw std::runtime_error("the other end of the plain ZeroMQ connection does not answer");
    }
  }

  zmq::socket_t socket_;
  std::string text_;
  zmq::message_t reply_;
};

// Sends back what it gets once, takes a flood of messages, says how many there were, and then sends
// back what it gets.
class FarSocket {
 public:
  FarSocket(zmq::context_t& context, const RemoteOptions& options)
      : socket_(context, zmq::socket_type::router), size_(options.size) {
    limit_queues(socket_, options);
    socket_.bind("tcp://127.0.0.1:*");
  }

  [[nodiscard]] std::string endpoint() const { return socket_.get(zmq::sockopt::last_endpoint); }
  void serve(std::uint64_t messages, std::uint64_t asks) {
    echo();
    std::uint64_t count = 0;
    for (std::uint64_t i = 0; i < messages; ++i) {
      receive();
      count += message_.size() == size_;
    }
    reply(&count, sizeof(count));
    for (std::uint64_t i = 0; i < asks; ++i) {
      echo();
    }
  }

 private:
  void echo() {
    receive();
    reply(message_.data(), message_.size());
  }
  void receive() {
    static_cast<void>(socket_.recv(from_));
    static_cast<void>(socket_.recv(message_));
  }
  void reply(const void* data, std::size_t size) {
    socket_.send(zmq::const_buffer(from_.data(), from_.size()), zmq::send_flags::sndmore);
    socket_.send(zmq::const_buffer(data, size), zmq::send_flags::none);
  }

  zmq::socket_t socket_;
  std::size_t size_;
  zmq::message_t from_;
  zmq::message_t message_;
};

// On a thread of its own.
template <class F>
std::future<void> start(F function) {
  return std::async(std::launch::async, std::move(function));
}

void wait_for_all(std::vector<std::future<void>>& threads) {
  for (std::future<void>& thread : threads) {
    thread.get();
  }
}

}  // namespace

void zmq_far_side(const RemoteOptions& options) {
  zmq::context_t context;
  std::vector<std::unique_ptr<FarSocket>> sockets;
  std::string endpoints;
  for (unsigned i = 0; i < options.pairs; ++i) {
    sockets.push_back(std::make_unique<FarSocket>(context, options));
    endpoints += sockets.back()->endpoint() + " ";
  }
  fmt::print("{}\n", endpoints);
  std::fflush(stdout);
  std::vector<std::future<void>> threads;
  threads.reserve(options.pairs);
  for (unsigned i = 0; i < options.pairs; ++i) {
    threads.push_back(start([&socket = *sockets[i], messages = options.messages_of(i),
                             asks = i == 0 ? options.asks : 0] { socket.serve(messages, asks); }));
  }
  wait_for_all(threads);
  while (std::getchar() != EOF) {
  }
}

RemoteFigures zmq_near_side(const std::string& endpoints, const RemoteOptions& options,
                            const CpuTime& cpu) {
  zmq::context_t context;
  std::vector<std::unique_ptr<NearSocket>> sockets;
  for (const std::string& endpoint : words_of(endpoints)) {
    sockets.push_back(std::make_unique<NearSocket>(context, endpoint, options));
    sockets.back()->round_trip(0);
  }

  const auto cpu_before = cpu.now();
  const auto begin = RoundTrips::Clock::now();
  std::vector<std::future<void>> threads;
  threads.reserve(options.pairs);
  for (unsigned i = 0; i < options.pairs; ++i) {
    threads.push_back(start(
        [&socket = *sockets.at(i), messages = options.messages_of(i)] { socket.flood(messages); }));
  }
  wait_for_all(threads);
  const std::chrono::duration<double> flood = RoundTrips::Clock::now() - begin;
  const auto flood_cpu = cpu.now() - cpu_before;

  RoundTrips round_trips(options.asks);
  for (std::uint64_t i = 0; i < options.asks; ++i) {
    const auto asked = RoundTrips::Clock::now();
    sockets.front()->round_trip(i);
    round_trips.add(RoundTrips::Clock::now() - asked);
  }
  return {.flood_seconds = flood.count(),
          .flood_cpu = flood_cpu,
          .lost = 0,
          .round_trips = std::move(round_trips)};
}

}  // namespace spinoff::bench
