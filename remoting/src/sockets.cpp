#include "sockets.hpp"

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <spinoff/remoting/hub.hpp>

#include "address.hpp"
#include "curve.hpp"

#ifdef SPINOFF_TSAN
// libzmq hands messages from thread to thread in code that is not instrumented, so ThreadSanitizer
// would see each of them as a race. What libzmq does with memory is left out; our own code is not.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libzmq.so\ncalled_from_lib:libsodium.so\n";
}
#endif

namespace spinoff::remoting {
namespace {

// Frames that ZeroMQ holds for one connection. Enough to keep it busy while the I/O thread does
// other things. What is to be sent counts nowhere once ZeroMQ has it, and is lost with the
// connection, so it is less.
constexpr int kFramesIn = 64;
constexpr int kFramesOut = 8;
constexpr auto kHandshake = std::chrono::milliseconds(10'000);
constexpr int kBacklog = 1024;

[[noreturn]] void fail(const NodeId& node, const std::string& why) {
  throw BindFailed(fmt::format("cannot listen at {}: {}", node.to_string(), why));
}

std::string explain(const zmq::error_t& error) {
  switch (error.num()) {
    case EADDRINUSE:
      return "the port is in use; stop the program that has it, or choose another port (0 takes "
             "any free one)";
    case EADDRNOTAVAIL:
    case ENODEV:
    case EAFNOSUPPORT:
      return "that is no address of this machine; give the name or address by which other nodes "
             "reach it, or 127.0.0.1 if they are all on this machine";
    case EACCES:
      return "this user may not have that port; choose one of 1024 or more";
    case EMFILE:
      return "the process has as many open files as it may; raise the limit (ulimit -n)";
    default:
      return error.what();
  }
}

// The machine does not have the address, or not its whole family.
bool is_no_address_here(int error) {
  return error == EADDRNOTAVAIL || error == ENODEV || error == EAFNOSUPPORT;
}

// ZeroMQ ends the connection on which a larger one is announced, and tells nobody. So a frame that
// is only somewhat too large is let through, to be dropped alone, counted and told.
std::int64_t largest_message(const ProtocolOptions& options) {
  return static_cast<std::int64_t>(options.max_frame_bytes + options.max_frame_bytes / 4);
}

bool is_wildcard(const std::string& address) {
  return address == "0.0.0.0" || address == "[::]";
}

std::vector<std::string> addresses_of(const NodeId& node) {
  if (node.host().empty()) {
    fail(node, "there is no host; give host:port, such as 127.0.0.1:9700");
  }
  std::optional<std::string> numeric = numeric_address(node.host());
  if (numeric && is_wildcard(*numeric)) {
    fail(node,
         "other nodes cannot call a node by that address; give the name or address by which they "
         "reach this machine");
  }
  if (numeric) {
    return {*numeric};
  }
  Addresses addresses = resolve(node.host());
  if (!addresses.error.empty()) {
    fail(node, fmt::format("the host name cannot be looked up ({}); give a name or an address of "
                           "this machine",
                           addresses.error));
  }
  return std::move(addresses.found);
}

void set_common(zmq::socket_t& socket, const std::string& address) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::ipv6, is_ipv6(address));
  socket.set(zmq::sockopt::handshake_ivl, static_cast<int>(kHandshake.count()));
  // So that connections of machines that vanished do not stay open.
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, 60);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, 10);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, 3);
}

bool is_loopback(const std::string& address) {
  return NodeId::parse(tcp_endpoint(address, 0)).is_loopback();
}

// Whoever reaches the port of a node without keys may speak for any node.
void check_who_reaches(const HubOptions& options, const std::string& address) {
  if (!options.security && !options.insecure && !is_loopback(address)) {
    fail(options.bind,
         "other machines could reach it, and it has no keys, so anybody there could speak for any "
         "node; make keys (`startnode keygen`) and give them (--key and --peers, or "
         "NodeOptions::security), or say that this is what you want (--insecure, or "
         "NodeOptions::insecure)");
  }
}

template <class Key>
zmq::const_buffer bytes_of(const Key& key) {
  return {key.bytes().data(), key.bytes().size()};
}

void use_key(zmq::socket_t& socket, const SecretKey& own) {
  socket.set(zmq::sockopt::curve_publickey, bytes_of(own.public_key()));
  socket.set(zmq::sockopt::curve_secretkey, bytes_of(own));
}

std::uint16_t port_of(const zmq::socket_t& socket) {
  const std::string endpoint = socket.get(zmq::sockopt::last_endpoint);
  return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

}  // namespace

Listening listen_at(zmq::context_t& context, const HubOptions& options) {
  return listen_at(context, options, addresses_of(options.bind));
}

Listening listen_at(zmq::context_t& context, const HubOptions& options,
                    const std::vector<std::string>& addresses) {
  const NodeId& node = options.bind;
  std::optional<ZapHandler> zap;
  if (options.security) {
    require_curve();
    zap.emplace(context, options.security->peers);
  }
  std::string not_here;
  for (const std::string& address : addresses) {
    check_who_reaches(options, address);
    try {
      zmq::socket_t socket(context, zmq::socket_type::router);
      set_common(socket, address);
      socket.set(zmq::sockopt::rcvhwm, kFramesIn);
      socket.set(zmq::sockopt::backlog, kBacklog);
      socket.set(zmq::sockopt::maxmsgsize, largest_message(options.protocol));
      if (options.security) {
        socket.set(zmq::sockopt::curve_server, true);
        use_key(socket, options.security->key);
        socket.set(zmq::sockopt::zap_domain, std::string("spinoff"));
      }
      socket.bind(tcp_endpoint(address, node.port()));
      const std::uint16_t port = port_of(socket);
      return {std::move(zap), std::move(socket), NodeId(node.host(), port)};
    } catch (const zmq::error_t& error) {
      if (!is_no_address_here(error.num())) {
        fail(node, explain(error));
      }
      if (not_here.empty()) {
        not_here = explain(error);
      }
    }
  }
  fail(node, not_here);
}

zmq::socket_t connect_to(zmq::context_t& context, const std::string& address, std::uint16_t port,
                         const std::optional<Credentials>& credentials) {
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  set_common(socket, address);
  // Frames wait in the protocol, where they can still become dead letters, not in a pipe to
  // nowhere.
  socket.set(zmq::sockopt::immediate, true);
  socket.set(zmq::sockopt::sndhwm, kFramesOut);
  socket.set(zmq::sockopt::reconnect_ivl, 100);
  socket.set(zmq::sockopt::reconnect_ivl_max, 1'000);
  // Nothing is read from it, so a peer must not be able to fill memory through it.
  socket.set(zmq::sockopt::rcvhwm, 1);
  socket.set(zmq::sockopt::maxmsgsize, std::int64_t{1024});
  if (credentials) {
    use_key(socket, *credentials->own);
    socket.set(zmq::sockopt::curve_serverkey, bytes_of(*credentials->theirs));
  }
  socket.connect(tcp_endpoint(address, port));
  return socket;
}

}  // namespace spinoff::remoting
