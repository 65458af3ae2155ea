#include "bad_link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <random>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spinoff::integration {
namespace {

using testing::Descriptor;
using Clock = std::chrono::steady_clock;

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
  ifreq request = device("bad");
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

BadLink::Side BadLink::make_side(const char* own, const char* other) {
  const Visit visit;
  checked(unshare(CLONE_NEWNET), "cannot make a network namespace");
  Side side;
  side.network = network_of_this_thread();
  side.packets = Descriptor(
      checked(open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK), "cannot open /dev/net/tun"));
  ifreq request = device("bad");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  checked(ioctl(side.packets.number(), TUNSETIFF, &request), "cannot make a TUN device");
  const Descriptor socket(
      checked(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "cannot make a socket"));
  set_address(socket.number(), SIOCSIFADDR, own);
  set_address(socket.number(), SIOCSIFDSTADDR, other);
  switch_on(socket.number(), "bad");
  switch_on(socket.number(), "lo");
  return side;
}

BadLink::BadLink()
    : left_(make_side(kLeft, kRight)),
      right_(make_side(kRight, kLeft)),
      carrier_([this] { carry(); }) {}

BadLink::~BadLink() {
  done_ = true;
  carrier_.join();
}

std::optional<std::string> BadLink::obstacle() {
  try {
    const BadLink link;
    return std::nullopt;
  } catch (const testing::ProcessError& error) {
    return error.what();
  }
}

void BadLink::in(const Side& side, const std::function<void()>& what) {
  const Visit visit;
  checked(setns(side.network.number(), CLONE_NEWNET), "cannot enter the network namespace");
  what();
}

void BadLink::set(const Faults& faults) {
  loss_ = faults.loss;
  delay_ = faults.delay.count();
  jitter_ = faults.jitter.count();
  cut_ = faults.cut;
}

void BadLink::carry() {
  struct Packet {
    int to;
    std::string bytes;
  };
  std::multimap<Clock::time_point, Packet> on_its_way;
  std::minstd_rand random(1);
  std::uniform_real_distribution<double> share(0, 1);
  std::array<char, 65536> buffer{};
  while (!done_) {
    std::array<pollfd, 2> readable{
        {{left_.packets.number(), POLLIN, 0}, {right_.packets.number(), POLLIN, 0}}};
    poll(readable.data(), readable.size(), 1);
    for (const bool from_left : {true, false}) {
      const int from = (from_left ? left_ : right_).packets.number();
      const int to = (from_left ? right_ : left_).packets.number();
      for (ssize_t size = 0; (size = read(from, buffer.data(), buffer.size())) > 0;) {
        if (cut_ || share(random) < loss_) {
          ++lost_;
          continue;
        }
        const double late =
            static_cast<double>(delay_) + share(random) * static_cast<double>(jitter_);
        const auto due = Clock::now() + std::chrono::microseconds(static_cast<long>(late));
        const auto at = on_its_way.emplace(
            due, Packet{to, std::string(buffer.data(), static_cast<std::size_t>(size))});
        overtaken_ += std::next(at) == on_its_way.end() ? 0 : 1;
      }
    }
    while (!on_its_way.empty() && on_its_way.begin()->first <= Clock::now()) {
      const Packet& packet = on_its_way.begin()->second;
      // What does not fit is lost, as in any network.
      lost_ += write(packet.to, packet.bytes.data(), packet.bytes.size()) < 0 ? 1 : 0;
      on_its_way.erase(on_its_way.begin());
    }
  }
}

}  // namespace spinoff::integration
