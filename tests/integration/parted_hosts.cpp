#include "parted_hosts.hpp"

#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace spinoff::integration {
namespace {

constexpr std::array<const char*, PartedHosts::kHosts> kAddresses{"10.9.0.1", "10.9.0.2",
                                                                  "10.9.0.3"};

/// The host that the IPv4 packet goes to; kHosts if that is none of them.
std::size_t receiver_of(std::string_view packet) {
  constexpr std::size_t kDestination = 16;
  if (packet.size() < kDestination + 4 || (static_cast<unsigned char>(packet[0]) >> 4U) != 4) {
    return PartedHosts::kHosts;
  }
  const std::size_t last = static_cast<unsigned char>(packet[kDestination + 3]);
  return last >= 1 && last <= PartedHosts::kHosts ? last - 1 : PartedHosts::kHosts;
}

}  // namespace

PartedHosts::PartedHosts()
    : networks_{OwnNetwork(kAddresses[0]), OwnNetwork(kAddresses[1]), OwnNetwork(kAddresses[2])},
      carrier_([this] { carry(); }) {}

PartedHosts::~PartedHosts() {
  done_ = true;
  carrier_.join();
}

std::string PartedHosts::address(std::size_t host) {
  return std::string(kAddresses[host]) + ":9700";
}

void PartedHosts::carry() {
  std::array<char, 65536> buffer{};
  while (!done_) {
    std::array<pollfd, kHosts> readable{};
    for (std::size_t host = 0; host < kHosts; ++host) {
      readable[host] = {networks_[host].packets(), POLLIN, 0};
    }
    poll(readable.data(), readable.size(), 10);
    for (std::size_t from = 0; from < kHosts; ++from) {
      for (ssize_t size = 0;
           (size = read(networks_[from].packets(), buffer.data(), buffer.size())) > 0;) {
        const std::string_view packet(buffer.data(), static_cast<std::size_t>(size));
        const std::size_t to = receiver_of(packet);
        if (to == kHosts || parted_[way(from, to)]) {
          continue;
        }
        // What does not fit is lost, as in any network.
        if (write(networks_[to].packets(), packet.data(), packet.size()) > 0) {
          bytes_[way(from, to)] += packet.size();
        }
      }
    }
  }
}

}  // namespace spinoff::integration
