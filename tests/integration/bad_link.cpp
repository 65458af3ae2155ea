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
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

namespace spinoff::integration {
namespace {

using Clock = std::chrono::steady_clock;

std::uint16_t sum_of(const void* data, std::size_t size, std::uint32_t sum) {
  const auto* const bytes = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i) {
    sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8U : 0U);
  }
  while (sum >> 16U != 0) {
    sum = (sum & 0xFFFFU) + (sum >> 16U);
  }
  return static_cast<std::uint16_t>(sum);
}

/// The heads of an IPv4 packet of TCP; its kind is 0 if it is none.
struct Heads {
  iphdr ip{};
  tcphdr tcp{};
};

Heads heads_of(std::string_view packet) {
  Heads heads;
  if (packet.size() < sizeof(iphdr)) {
    return heads;
  }
  std::memcpy(&heads.ip, packet.data(), sizeof heads.ip);
  const std::size_t tcp_at = std::size_t{heads.ip.ihl} * 4;
  if (heads.ip.version != 4 || heads.ip.protocol != IPPROTO_TCP ||
      packet.size() < tcp_at + sizeof heads.tcp) {
    heads.ip.protocol = 0;
    return heads;
  }
  std::memcpy(&heads.tcp, packet.data() + tcp_at, sizeof heads.tcp);
  return heads;
}

bool carries_data(std::string_view packet) {
  const Heads heads = heads_of(packet);
  return heads.ip.protocol == IPPROTO_TCP &&
         packet.size() > std::size_t{heads.ip.ihl} * 4 + std::size_t{heads.tcp.doff} * 4;
}

/// What resets the connection of this packet: for the end that it goes to, or for the one that it
/// comes from. Both take only what fits their sequence (RFC 5961).
std::string reset_behind(std::string_view packet, bool for_sender) {
  Heads heads = heads_of(packet);
  heads.ip.ihl = sizeof heads.ip / 4;
  heads.ip.tot_len = htons(sizeof heads);
  tcphdr reset{};
  reset.source = heads.tcp.source;
  reset.dest = heads.tcp.dest;
  reset.seq = heads.tcp.seq;
  if (for_sender) {
    std::swap(heads.ip.saddr, heads.ip.daddr);
    std::swap(reset.source, reset.dest);
    reset.seq = heads.tcp.ack_seq;
  }
  reset.doff = sizeof reset / 4;
  reset.rst = 1;
  heads.tcp = reset;
  heads.ip.check = 0;
  heads.ip.check = htons(static_cast<std::uint16_t>(~sum_of(&heads.ip, sizeof heads.ip, 0)));
  // Of the addresses, the protocol and the length, too (RFC 9293, 3.1).
  const std::uint32_t pseudo = sum_of(&heads.ip.saddr, 2 * sizeof heads.ip.saddr, 0) + IPPROTO_TCP +
                               static_cast<std::uint32_t>(sizeof heads.tcp);
  heads.tcp.check =
      htons(static_cast<std::uint16_t>(~sum_of(&heads.tcp, sizeof heads.tcp, pseudo)));
  return {reinterpret_cast<const char*>(&heads), sizeof heads};
}

void write_packet(int to, const std::string& packet) {
  if (write(to, packet.data(), packet.size()) < 0) {
    testing::fail_with_errno("cannot write to the link", errno);
  }
}

}  // namespace

BadLink::BadLink() : left_(kLeft), right_(kRight), carrier_([this] { carry(); }) {}

BadLink::~BadLink() {
  done_ = true;
  carrier_.join();
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
    std::array<pollfd, 2> readable{{{left_.packets(), POLLIN, 0}, {right_.packets(), POLLIN, 0}}};
    poll(readable.data(), readable.size(), 1);
    for (const bool from_left : {true, false}) {
      const int from = (from_left ? left_ : right_).packets();
      const int to = (from_left ? right_ : left_).packets();
      for (ssize_t size = 0; (size = read(from, buffer.data(), buffer.size())) > 0;) {
        const std::string_view packet(buffer.data(), static_cast<std::size_t>(size));
        if (from_left && reset_ && carries_data(packet)) {
          write_packet(to, reset_behind(packet, false));
          write_packet(from, reset_behind(packet, true));
          reset_ = false;
          continue;
        }
        if (cut_ || share(random) < loss_) {
          ++lost_;
          continue;
        }
        const double late =
            static_cast<double>(delay_) + share(random) * static_cast<double>(jitter_);
        const auto due = Clock::now() + std::chrono::microseconds(static_cast<long>(late));
        const auto at = on_its_way.emplace(due, Packet{to, std::string(packet)});
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
