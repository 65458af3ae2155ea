#include "own_network.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spinoff::integration {
namespace {

using testing::Descriptor;

int checked(int result, const char* what) {
  if (result < 0) {
    testing::fail_with_errno(what, errno);
  }
  return result;
}

Descriptor network_of_this_thread() {
  return Descriptor(checked(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
                            "cannot open the network namespace"));
}

/// Back at the end, whatever happens.
class Visit {
 public:
  Visit() : home_(network_of_this_thread()) {}
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { setns(home_.number(), CLONE_NEWNET); }

 private:
  Descriptor home_;
};

ifreq device(std::string_view name) {
  ifreq request{};
  name.copy(&request.ifr_name[0], IFNAMSIZ - 1);
  return request;
}

void set_address(int socket, unsigned long what, const char* address) {
  ifreq request = device("own");
  sockaddr_in in{};
  in.sin_family = AF_INET;
  inet_pton(AF_INET, address, &in.sin_addr);
  std::memcpy(&request.ifr_addr, &in, sizeof in);
  checked(ioctl(socket, what, &request), "cannot give the link an address");
}

void switch_on(int socket, std::string_view name) {
  ifreq request = device(name);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  checked(ioctl(socket, SIOCSIFFLAGS, &request), "cannot switch the link on");
}

}  // namespace

OwnNetwork::OwnNetwork(const char* address) {
  const Visit visit;
  checked(unshare(CLONE_NEWNET), "cannot make a network namespace");
  network_ = network_of_this_thread();
  packets_ = Descriptor(
      checked(open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK), "cannot open /dev/net/tun"));
  ifreq request = device("own");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  checked(ioctl(packets_.number(), TUNSETIFF, &request), "cannot make a TUN device");
  const Descriptor socket(
      checked(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "cannot make a socket"));
  set_address(socket.number(), SIOCSIFADDR, address);
  set_address(socket.number(), SIOCSIFNETMASK, "255.255.255.0");
  switch_on(socket.number(), "own");
  switch_on(socket.number(), "lo");
}

std::optional<std::string> OwnNetwork::obstacle() {
  try {
    const OwnNetwork network("10.9.0.1");
    return std::nullopt;
  } catch (const testing::ProcessError& error) {
    return error.what();
  }
}

void OwnNetwork::in(const std::function<void()>& what) const {
  const Visit visit;
  checked(setns(network_.number(), CLONE_NEWNET), "cannot enter the network namespace");
  what();
}

}  // namespace spinoff::integration
