#include "soak/nodes.hpp"

#include <csignal>
#include <random>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spinoff::soak {

namespace {

bool is_free(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool is_free =
      socket >= 0 && bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(socket);
  return is_free;
}

}  // namespace

std::array<std::uint16_t, kNodes> choose_ports() {
  constexpr int kTries = 1000;
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> any(15000, 30000);
  std::array<std::uint16_t, kNodes> ports{};
  for (int i = 0; i < kTries; ++i) {
    const std::uint16_t first = any(random);
    for (std::size_t k = 0; k < kNodes; ++k) {
      ports[k] = static_cast<std::uint16_t>(first + k);
    }
    if (is_free(ports[0]) && is_free(ports[1]) && is_free(ports[2])) {
      return ports;
    }
  }
  throw std::runtime_error("there are no three free ports between 15000 and 30002");
}

Nodes::Nodes(const Order& order, const SharedLedger& ledger, const Links& links,
             const std::array<std::uint16_t, kNodes>& ports)
    : order_(order), ledger_(ledger), links_(links), ports_(ports) {}

void Nodes::start(std::size_t node) {
  NodeNotes& notes = ledger_->nodes.at(node);
  for (Account& account : notes.accounts) {
    account.begun = 0;
    account.ended = 0;
  }
  notes.alive = 0;
  NodeOrder order{.node = node,
                  .start = ++starts_.at(node),
                  .ledger = ledger_.file(),
                  .ports = ports_,
                  .detours = links_.detours(node)};
  processes_.at(node) = std::make_unique<bench::SecondSelf>(arguments_of(order_, order));
  started_.at(node) = Patience::age();
}

void Nodes::signal(std::size_t node, int number) const {
  ::kill(processes_.at(node)->id(), number);
}

void Nodes::kill(std::size_t node) {
  ++kills_.at(node);
  processes_.at(node).reset();
}

std::optional<int> Nodes::stop(std::size_t node) {
  signal(node, SIGTERM);
  std::optional<int> status;
  for (Patience patience; !status && patience.waited() < order_.patience; patience.nap()) {
    status = processes_.at(node)->status_if_ended();
  }
  processes_.at(node).reset();
  return status;
}

void Nodes::halt(std::size_t node) {
  signal(node, SIGSTOP);
}

void Nodes::go_on(std::size_t node) {
  signal(node, SIGCONT);
}

std::optional<Nodes::Ended> Nodes::ended_by_itself() {
  for (std::size_t node = 0; node < kNodes; ++node) {
    if (processes_.at(node) != nullptr) {
      if (const auto status = processes_.at(node)->status_if_ended()) {
        return Ended{.node = node, .status = *status};
      }
    }
  }
  return std::nullopt;
}

std::optional<Usage> Nodes::usage(std::size_t node) const {
  return usage_of(processes_.at(node)->id());
}

}  // namespace spinoff::soak
