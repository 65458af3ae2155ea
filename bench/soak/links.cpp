#include "soak/links.hpp"

#include <algorithm>
#include <cerrno>
#include <list>
#include <span>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spinoff::soak {

namespace {

constexpr int kLookAgain = 10;  // ms: how late a change of a link's state may be noticed
constexpr std::size_t kBufferBytes = std::size_t{64} << 10U;

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket() : Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// One direction of a connection.
struct Flow {
  std::vector<char> buffer = std::vector<char>(kBufferBytes);
  std::size_t begin = 0;
  std::size_t end = 0;
  bool has_ended = false;
  bool is_done = false;  // the end was passed on, too

  [[nodiscard]] bool wants_to_read() const { return !has_ended && begin == end; }
  [[nodiscard]] bool wants_to_write() const { return begin != end; }

  /// Gives false if the connection is broken.
  bool move(int from, int to) {
    if (wants_to_read()) {
      const ssize_t count = recv(from, buffer.data(), buffer.size(), 0);
      if (count < 0) {
        return errno == EAGAIN || errno == EINTR;
      }
      begin = 0;
      end = static_cast<std::size_t>(count);
      has_ended = count == 0;
    }
    if (wants_to_write()) {
      const ssize_t count = send(to, buffer.data() + begin, end - begin, MSG_NOSIGNAL);
      if (count < 0) {
        return errno == EAGAIN || errno == EINTR;
      }
      begin += static_cast<std::size_t>(count);
    }
    if (has_ended && !wants_to_write() && !is_done) {
      is_done = true;
      shutdown(to, SHUT_WR);
    }
    return true;
  }
};

struct Connection {
  Socket near;
  Socket far;
  Flow there;
  Flow back;
};

void set_at_once(const Socket& socket) {
  const int yes = 1;
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/// So that its end is a reset.
void break_off(const Socket& socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

class Links::Link {
 public:
  explicit Link(std::uint16_t target) : target_(loopback(target)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (listening_.number() < 0 || bind(listening_.number(), any, size) != 0 ||
        listen(listening_.number(), 64) != 0 || getsockname(listening_.number(), any, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot listen at 127.0.0.1");
    }
    detour_ = {.port = target, .instead = ntohs(address.sin_port)};
  }

  [[nodiscard]] const Detour& detour() const { return detour_; }
  void set(LinkState state) { state_ = state; }
  void reset() { reset_ = true; }

  // All of these by the carrier's thread.

  /// What to wait for; nothing, while nothing may pass.
  void add_to(std::vector<pollfd>& all) {
    if (reset_.exchange(false) || state_ == LinkState::cut) {
      break_all();
    }
    is_held_ = state_ == LinkState::held;
    all.push_back({is_held_ ? -1 : listening_.number(), POLLIN, 0});
    for (const Connection& one : connections_) {
      all.push_back(wait_for(one.near, one.there.wants_to_read(), one.back.wants_to_write()));
      all.push_back(wait_for(one.far, one.back.wants_to_read(), one.there.wants_to_write()));
    }
  }

  /// What has come of it, as many as were added.
  void take(std::span<const pollfd>& all) {
    const bool has_caller = all.front().revents != 0;
    all = all.subspan(1);
    for (auto one = connections_.begin(); one != connections_.end();) {
      const bool is_ready = all[0].revents != 0 || all[1].revents != 0;
      all = all.subspan(2);
      one = is_ready && !move(*one) ? connections_.erase(one) : std::next(one);
    }
    if (has_caller) {
      accept_one();
    }
  }

 private:
  [[nodiscard]] pollfd wait_for(const Socket& socket, bool read, bool write) const {
    const int events = (read ? POLLIN : 0) | (write ? POLLOUT : 0);
    return {is_held_ || events == 0 ? -1 : socket.number(), static_cast<short>(events), 0};
  }

  static bool move(Connection& one) {
    const bool is_good = one.there.move(one.near.number(), one.far.number()) &&
                         one.back.move(one.far.number(), one.near.number());
    if (!is_good) {
      break_off(one.near);
      break_off(one.far);
    }
    return is_good && !(one.there.is_done && one.back.is_done);
  }

  void break_all() {
    for (const Connection& one : connections_) {
      break_off(one.near);
      break_off(one.far);
    }
    connections_.clear();
  }

  void accept_one() {
    Socket near(accept4(listening_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (near.number() < 0) {
      return;
    }
    Socket far;
    const auto* const any = reinterpret_cast<const sockaddr*>(&target_);
    if (state_ == LinkState::cut || far.number() < 0 ||
        (connect(far.number(), any, sizeof target_) != 0 && errno != EINPROGRESS)) {
      break_off(near);
      return;
    }
    set_at_once(near);
    set_at_once(far);
    connections_.push_back({std::move(near), std::move(far), {}, {}});
  }

  const sockaddr_in target_;
  const Socket listening_;
  Detour detour_{};
  std::atomic<LinkState> state_{LinkState::open};
  std::atomic<bool> reset_{false};
  bool is_held_ = false;
  std::list<Connection> connections_;
};

Links::Links(const std::array<std::uint16_t, kNodes>& ports) {
  for (std::size_t from = 0; from < kNodes; ++from) {
    for (std::size_t to = 0; to < kNodes; ++to) {
      links_.push_back(from == to ? nullptr : std::make_unique<Link>(ports[to]));
    }
  }
  carrier_ = std::thread([this] { carry(); });
}

Links::~Links() {
  done_ = true;
  carrier_.join();
}

Links::Link& Links::link(std::size_t from, std::size_t to) const {
  return *links_.at(from * kNodes + to);
}

std::vector<Detour> Links::detours(std::size_t from) const {
  std::vector<Detour> all;
  for (std::size_t to = 0; to < kNodes; ++to) {
    if (to != from) {
      all.push_back(link(from, to).detour());
    }
  }
  return all;
}

void Links::set(std::size_t from, std::size_t to, LinkState state) {
  link(from, to).set(state);
}

void Links::reset(std::size_t from, std::size_t to) {
  link(from, to).reset();
}

void Links::carry() {
  std::vector<pollfd> all;
  while (!done_) {
    all.clear();
    for (const auto& link : links_) {
      if (link != nullptr) {
        link->add_to(all);
      }
    }
    if (poll(all.data(), all.size(), kLookAgain) <= 0) {
      continue;
    }
    std::span<const pollfd> rest(all);
    for (const auto& link : links_) {
      if (link != nullptr) {
        link->take(rest);
      }
    }
  }
}

}  // namespace spinoff::soak
