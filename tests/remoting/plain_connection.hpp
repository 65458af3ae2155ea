/// A stranger at a node's port who does not even speak ZeroMQ.
#pragma once

#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub_fixture.hpp"

namespace spinoff::remoting::testing {

/// A plain TCP connection.
class Plain {
 public:
  explicit Plain(const NodeId& node) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(node.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE_EQUAL(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                        0);
    const timeval patience{std::chrono::seconds(kPatience).count(), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Plain() { close(fd_); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void write(std::string_view bytes) const {
    static_cast<void>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  /// Reads until the other end closes; false if it never does.
  [[nodiscard]] bool is_closed_by_peer() const {
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
      if (size <= 0) {
        return size == 0 || errno == ECONNRESET;
      }
    }
  }

 private:
  int fd_;
};

}  // namespace spinoff::remoting::testing
