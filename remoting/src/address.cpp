#include "address.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace spinoff::remoting {
namespace {

Addresses look_up(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  const int status = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (status != 0) {
    return {{}, status == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(status)};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  Addresses addresses;
  std::vector<std::string> ipv6;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      if (entry->ai_family == AF_INET6) {
        ipv6.push_back("[" + std::string(text.data()) + "]");
      } else {
        addresses.found.emplace_back(text.data());
      }
    }
  }
  addresses.found.insert(addresses.found.end(), ipv6.begin(), ipv6.end());
  if (addresses.found.empty()) {
    addresses.error = "it has no address";
  }
  return addresses;
}

}  // namespace

std::optional<std::string> numeric_address(const std::string& host) {
  const Addresses addresses = look_up(host, AI_NUMERICHOST);
  if (addresses.found.empty()) {
    return std::nullopt;
  }
  return addresses.found.front();
}

Addresses resolve(const std::string& host) {
  return look_up(host, 0);
}

}  // namespace spinoff::remoting
