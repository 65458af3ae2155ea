/// Names of nodes and actors as values: `host:port` and `host:port/path`.
///
///     uri  = [ "tcp://" ] ( node | name "@" host ) [ path ]  |  path
///     node = host ":" port
///     name = letters, digits, "-", "_" and ".", 1 to 63
///     host = name | IPv4 address | "[" IPv6 address "]"
///     port = decimal number, 0 to 65535, without leading zeros
///     path = ( "/" part )+
///
/// A host name follows RFC 1123 (letters, digits, `-`, parts of up to 63 characters divided by `.`,
/// 253 in all); `_` is accepted too, because container names have it. A part of a path holds any
/// bytes but `/`, the space and control characters. What `parse` reads has at most
/// `kMaxUriLength` bytes; a tree of actors may be deeper, but what is longer cannot go to other
/// nodes.
///
/// Hosts are kept in one spelling, so that equal nodes compare equal: names in lower case, IPv6
/// addresses as in RFC 5952. A name and the address that it stands for are different hosts.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace spinoff {

/// The longest URI or node id that is accepted, in bytes.
inline constexpr std::size_t kMaxUriLength = 4096;

/// A node id or URI that does not parse. `what()` names the text, the part that is wrong and why.
class InvalidUri : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where a node listens: a host (name, IPv4 or IPv6 address) and a port. Or, in the URI of an
/// actor, a node's name and its host, whose mapper knows the port. A value: copy it freely. One
/// that was made by default has no host, and stands for no node.
class NodeId {
 public:
  NodeId() = default;
  /// `host` is a name or an address; an IPv6 address stands without brackets here. `port` is 0 to
  /// 65535; 0 asks the system for a free one and is only meant for binding. Throws InvalidUri.
  NodeId(std::string_view host, std::uint16_t port);

  /// Reads `host:port`, with or without `tcp://` in front; an IPv6 address stands in brackets.
  /// Throws InvalidUri.
  static NodeId parse(std::string_view text);
  /// `name@host`; an IPv6 address stands without brackets here. Throws InvalidUri.
  static NodeId named(std::string_view name, std::string_view host);

  /// Without brackets, also for an IPv6 address.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// 0 if the node is named.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Of `name@host`; otherwise empty.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool is_named() const noexcept { return !name_.empty(); }
  /// True for 127.0.0.0/8, ::1 and `localhost`.
  [[nodiscard]] bool is_loopback() const noexcept;
  /// `host:port`, an IPv6 host in brackets; what `parse` reads. Or `name@host`.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const NodeId&, const NodeId&) = default;
  friend bool operator==(const NodeId&, const NodeId&) = default;

 private:
  std::string host_;
  std::uint16_t port_ = 0;
  std::string name_;
};

/// An actor's full name: its node (none: the node where the URI is used) and its path below the
/// guardian, such as `/app/worker`. The guardian's own path is the empty string. A value.
class Uri {
 public:
  /// The guardian of the node where the URI is used.
  Uri() = default;
  explicit Uri(std::string path) : Uri(std::nullopt, std::move(path)) {}
  /// `path` is empty or begins with `/`, has no empty part and does not end with `/`.
  /// Throws InvalidUri.
  Uri(std::optional<NodeId> node, std::string path);

  /// Reads `host:port/a/b`, `tcp://host:port/a/b`, `name@host/a/b`, `host:port` or `/a/b`. The
  /// empty text is an error, although it is how `Uri()` prints. Throws InvalidUri.
  static Uri parse(std::string_view text);

  [[nodiscard]] const std::optional<NodeId>& node() const noexcept { return node_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The last part of the path; empty for the guardian.
  [[nodiscard]] std::string_view name() const noexcept;
  /// The URI of a child (or of a descendant, `b/c`). Throws InvalidUri.
  [[nodiscard]] Uri operator/(std::string_view relative) const;
  /// The node, if there is one, and the path; what `parse` reads, except for `Uri()`.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const Uri&, const Uri&) = default;
  friend bool operator==(const Uri&, const Uri&) = default;

 private:
  std::optional<NodeId> node_;
  std::string path_;
};

}  // namespace spinoff

template <>
struct std::hash<spinoff::NodeId> {
  std::size_t operator()(const spinoff::NodeId& id) const noexcept;
};
template <>
struct std::hash<spinoff::Uri> {
  std::size_t operator()(const spinoff::Uri& uri) const noexcept;
};
