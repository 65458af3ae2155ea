#include "ports.hpp"

#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>

#include "spawn.hpp"

namespace spinoff::testing {

std::uint16_t free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (socket.number() < 0 || bind(socket.number(), generic, size) != 0 ||
      getsockname(socket.number(), generic, &size) != 0) {
    fail_with_errno("cannot find a free port of 127.0.0.1", errno);
  }
  return ntohs(address.sin_port);
}

}  // namespace spinoff::testing
