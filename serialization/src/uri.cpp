#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <spinoff/serialization/quoted.hpp>
#include <spinoff/uri.hpp>

namespace spinoff {
namespace {

using serialization::quoted;

constexpr std::string_view kScheme = "tcp://";
constexpr std::string_view kUriKind = "URI";
constexpr std::size_t kMaxHostLength = 253;
constexpr std::size_t kMaxLabelLength = 63;

// What is being read, for error messages: parts are checked one by one, but a user looks for the
// whole text that they gave.
struct Subject {
  std::string_view kind;
  std::string_view text;

  [[noreturn]] void fail(const std::string& why) const {
    throw InvalidUri("invalid " + std::string(kind) + " " + quoted(text) + ": " + why);
  }
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_host_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool is_space_or_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F;
}

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c)) {
      return false;
    }
  }
  return !text.empty();
}

void check_length(std::size_t length, const Subject& subject) {
  if (length > kMaxUriLength) {
    subject.fail("it has " + std::to_string(length) + " bytes; the limit is " +
                 std::to_string(kMaxUriLength));
  }
}

std::string canonical_ipv6(std::string_view host, const Subject& subject) {
  if (host.find('%') != std::string_view::npos) {
    subject.fail("host " + quoted(host) +
                 " has a zone, which no other machine understands; leave out the '%' and the rest");
  }
  in6_addr address{};
  // inet_pton stops at a zero byte.
  if (host.find('\0') != std::string_view::npos ||
      inet_pton(AF_INET6, std::string(host).c_str(), &address) != 1) {
    subject.fail("host " + quoted(host) + " is not an IPv6 address");
  }
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(AF_INET6, &address, buffer.data(), buffer.size());
  return buffer.data();
}

void check_label(std::string_view label, std::string_view host, const Subject& subject) {
  if (label.empty()) {
    subject.fail("host " + quoted(host) + " has an empty part between or beside its dots");
  }
  if (label.size() > kMaxLabelLength) {
    subject.fail("host " + quoted(host) + " has a part of more than 63 characters");
  }
  if (label.front() == '-' || label.back() == '-') {
    subject.fail("host " + quoted(host) + " has a part that begins or ends with '-'");
  }
  for (const char c : label) {
    if (!is_host_character(c)) {
      subject.fail("host " + quoted(host) + " has the character " + quoted({&c, 1}) +
                   "; letters, digits, '-', '_' and '.' are allowed");
    }
  }
}

std::string canonical_name(std::string_view host, const Subject& subject) {
  if (host.size() > kMaxHostLength) {
    subject.fail("host " + quoted(host) + " has more than 253 characters");
  }
  std::string_view label;
  for (std::string_view rest = host;;) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    check_label(label, host, subject);
    if (dot == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  std::string result(host);
  in_addr address{};
  // No top level domain is a number, and resolvers read such hosts as addresses in odd notations.
  if (all_digits(label) && inet_pton(AF_INET, result.c_str(), &address) != 1) {
    subject.fail("host " + quoted(host) + " is not an IPv4 address of the form 127.0.0.1");
  }
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return result;
}

// `host` stands without brackets here.
std::string canonical_host(std::string_view host, const Subject& subject) {
  if (host.empty()) {
    subject.fail("the host is empty; write host:port, such as 127.0.0.1:9700");
  }
  return host.find(':') == std::string_view::npos ? canonical_name(host, subject)
                                                  : canonical_ipv6(host, subject);
}

std::uint16_t parse_port(std::string_view text, const Subject& subject) {
  if (text.empty()) {
    subject.fail("the port is empty; write host:port, such as 127.0.0.1:9700");
  }
  const std::string shown = "port " + quoted(text);
  if (!all_digits(text)) {
    subject.fail(shown + " is not a decimal number");
  }
  if (text.size() > 1 && text.front() == '0') {
    subject.fail(shown + " has a leading zero");
  }
  unsigned value = 0;
  for (const char c : text) {
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 65535) {
      subject.fail(shown + " is greater than 65535");
    }
  }
  return static_cast<std::uint16_t>(value);
}

std::string_view without_scheme(std::string_view text, const Subject& subject) {
  const std::size_t end = text.find("://");
  // A path in front of it means that it is no scheme.
  if (end == std::string_view::npos || text.find('/') < end) {
    return text;
  }
  if (!text.starts_with(kScheme)) {
    subject.fail("scheme " + quoted(text.substr(0, end)) +
                 " is not known; begin with tcp:// or with the host");
  }
  return text.substr(kScheme.size());
}

struct NodeParts {
  std::string host;
  std::uint16_t port;
};

NodeParts parse_node(std::string_view text, const Subject& subject) {
  for (const char c : text) {
    if (is_space_or_control(c)) {
      subject.fail("node " + quoted(text) + " has a space or a control character in it");
    }
  }
  if (text.find('@') != std::string_view::npos) {
    subject.fail("node " + quoted(text) +
                 " has an '@'; nodename@host is for the URIs of actors, so write host:port here");
  }
  std::string_view host;
  std::string_view behind;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      subject.fail("host " + quoted(text) + " has no closing bracket");
    }
    host = text.substr(1, close - 1);
    behind = text.substr(close + 1);
    // A name or an IPv4 address in brackets would print without them.
    if (host.find(':') == std::string_view::npos) {
      subject.fail("host " + quoted(host) + " in brackets is not an IPv6 address");
    }
    if (!behind.empty() && behind.front() != ':') {
      subject.fail(quoted(behind) + " behind the bracket is not a port; write [address]:port");
    }
  } else {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos) {
      subject.fail("node " + quoted(text) +
                   " has more than one colon; write an IPv6 address in brackets, as in [::1]:9700");
    }
    host = text.substr(0, colon);
    behind = text.substr(host.size());
  }
  if (behind.empty()) {
    subject.fail("node " + quoted(text) + " has no port; write host:port, such as 127.0.0.1:9700" +
                 (subject.kind == kUriKind ? ", or begin a path on the same node with '/'" : ""));
  }
  std::string canonical = canonical_host(host, subject);
  return {std::move(canonical), parse_port(behind.substr(1), subject)};
}

void check_node_name(std::string_view name, const Subject& subject) {
  if (name.empty()) {
    subject.fail("the node's name is empty; write nodename@host, or host:port");
  }
  if (name.size() > kMaxLabelLength) {
    subject.fail("node name " + quoted(name) + " has more than 63 characters");
  }
  for (const char c : name) {
    if (!is_host_character(c) && c != '.') {
      subject.fail("node name " + quoted(name) + " has the character " + quoted({&c, 1}) +
                   "; letters, digits, '-', '_' and '.' are allowed");
    }
  }
}

NodeId parse_named(std::string_view text, const Subject& subject) {
  const std::size_t at = text.find('@');
  const std::string_view name = text.substr(0, at);
  std::string_view host = text.substr(at + 1);
  check_node_name(name, subject);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) {
      subject.fail("host " + quoted(host) + " in brackets is not an IPv6 address");
    }
  } else if (host.find(':') != std::string_view::npos) {
    subject.fail("node " + quoted(text) +
                 " has a name and a colon; the mapper at the host knows the port, so leave that "
                 "out, and write an IPv6 address in brackets");
  }
  return NodeId::named(name, canonical_host(host, subject));
}

// `path` begins with `/`.
void check_path(std::string_view path, const Subject& subject) {
  for (const char c : path) {
    if (is_space_or_control(c)) {
      subject.fail("path " + quoted(path) + " has a space or a control character in it");
    }
  }
  if (path.ends_with('/')) {
    subject.fail("path " + quoted(path) +
                 " ends with '/'; leave that out (the guardian's own path is empty)");
  }
  if (path.find("//") != std::string_view::npos) {
    subject.fail("path " + quoted(path) + " has an empty part between two '/'");
  }
}

std::size_t combined(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9E3779B97F4A7C15ULL + (seed << 6U) + (seed >> 2U));
}

}  // namespace

NodeId::NodeId(std::string_view host, std::uint16_t port)
    : host_(canonical_host(host, {"host", host})), port_(port) {}

NodeId NodeId::parse(std::string_view text) {
  const Subject subject{"node id", text};
  check_length(text.size(), subject);
  const std::string_view node = without_scheme(text, subject);
  if (const std::size_t slash = node.find('/'); slash != std::string_view::npos) {
    subject.fail("path " + quoted(node.substr(slash)) +
                 " does not belong to a node id; write only host:port");
  }
  const NodeParts parts = parse_node(node, subject);
  return {parts.host, parts.port};
}

NodeId NodeId::named(std::string_view name, std::string_view host) {
  check_node_name(name, {"node name", name});
  NodeId node(host, 0);
  node.name_ = name;
  return node;
}

bool NodeId::is_loopback() const noexcept {
  if (host_ == "localhost" || host_ == "::1") {
    return true;
  }
  // 127.example.org is a name.
  in_addr address{};
  return host_.starts_with("127.") && inet_pton(AF_INET, host_.c_str(), &address) == 1;
}

std::string NodeId::to_string() const {
  const std::string host = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  return is_named() ? name_ + "@" + host : host + ":" + std::to_string(port_);
}

Uri::Uri(std::optional<NodeId> node, std::string path)
    : node_(std::move(node)), path_(std::move(path)) {
  const Subject subject{"path", path_};
  if (node_ && node_->host().empty()) {
    subject.fail("its node has no host");
  }
  if (path_.empty()) {
    return;
  }
  if (path_.front() != '/') {
    subject.fail("it does not begin with '/'");
  }
  check_path(path_, subject);
}

Uri Uri::parse(std::string_view text) {
  const Subject subject{kUriKind, text};
  check_length(text.size(), subject);
  if (text.empty()) {
    subject.fail("it is empty; write host:port/path, or /path for an actor of the same node");
  }
  const std::string_view rest = without_scheme(text, subject);
  const std::size_t slash = rest.find('/');
  const bool has_node = slash != 0 || rest.size() != text.size();
  std::optional<NodeId> node;
  if (has_node) {
    const std::string_view text_of_node = rest.substr(0, slash);
    if (text_of_node.find('@') != std::string_view::npos) {
      node = parse_named(text_of_node, subject);
    } else {
      const NodeParts parts = parse_node(text_of_node, subject);
      node.emplace(parts.host, parts.port);
    }
  }
  std::string path;
  if (slash != std::string_view::npos) {
    path = rest.substr(slash);
    check_path(path, subject);
  }
  Uri uri(std::move(node), std::move(path));
  // The spelling that is kept of an IPv6 address may be longer than that which was given.
  if (text.size() > kMaxUriLength - INET6_ADDRSTRLEN) {
    check_length(uri.to_string().size(), subject);
  }
  return uri;
}

std::string_view Uri::name() const noexcept {
  const std::string_view path = path_;
  return path.substr(path.rfind('/') + 1);
}

Uri Uri::operator/(std::string_view relative) const {
  const Subject subject{"relative path", relative};
  if (relative.empty()) {
    subject.fail("it is empty");
  }
  if (relative.front() == '/') {
    subject.fail("it begins with '/'; a relative path begins with a name");
  }
  return {node_, path_ + "/" + std::string(relative)};
}

std::string Uri::to_string() const {
  return node_ ? node_->to_string() + path_ : path_;
}

}  // namespace spinoff

std::size_t std::hash<spinoff::NodeId>::operator()(const spinoff::NodeId& id) const noexcept {
  const std::size_t name = id.is_named() ? std::hash<std::string>{}(id.name()) : 0;
  return spinoff::combined(std::hash<std::string>{}(id.host()), id.port() ^ name);
}

std::size_t std::hash<spinoff::Uri>::operator()(const spinoff::Uri& uri) const noexcept {
  const std::size_t path = std::hash<std::string>{}(uri.path());
  return uri.node() ? spinoff::combined(std::hash<spinoff::NodeId>{}(*uri.node()), path) : path;
}
