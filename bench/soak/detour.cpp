#include "soak/detour.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spinoff::soak {

namespace {

std::vector<Detour>& detours() {
  static std::vector<Detour> all;
  return all;
}

}  // namespace

void set_detours(std::vector<Detour> all) {
  detours() = std::move(all);
}

}  // namespace spinoff::soak

extern "C" __attribute__((visibility("default"))) int connect(int socket, const sockaddr* address,
                                                              socklen_t size) {
  sockaddr_storage target{};
  if (address == nullptr || size > sizeof target) {
    return static_cast<int>(syscall(SYS_connect, socket, address, size));
  }
  std::memcpy(&target, address, size);
  if (target.ss_family == AF_INET) {
    auto* const in = reinterpret_cast<sockaddr_in*>(&target);
    const auto& all = spinoff::soak::detours();
    const auto found = std::ranges::find(all, ntohs(in->sin_port), &spinoff::soak::Detour::port);
    if (found != all.end()) {
      in->sin_port = htons(found->instead);
    }
  }
  return static_cast<int>(syscall(SYS_connect, socket, &target, size));
}
