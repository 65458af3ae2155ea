/// The names of nodes and actors. What is read prints as something that reads the same; what is
/// not read is refused by InvalidUri alone.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <spinoff/uri.hpp>

#include "fuzz.hpp"

namespace {

using spinoff::InvalidUri;
using spinoff::NodeId;
using spinoff::Uri;
using spinoff::fuzz::require;

// A refusal says something, and in one line that a terminal can show.
void check(const InvalidUri& error) {
  const std::string_view what = error.what();
  require(what.size() > 10, "an error says what is wrong");
  for (const char c : what) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "an error is a line of text");
  }
}

template <class T, class... Arguments>
std::optional<T> made(T (*make)(Arguments...), const Arguments&... arguments) {
  try {
    return make(arguments...);
  } catch (const InvalidUri& error) {
    check(error);
    return std::nullopt;
  }
}

template <class T>
T again(T (*parse)(std::string_view), const std::string& printed) {
  const std::optional<T> read = made(parse, std::string_view(printed));
  require(read.has_value(), "what was printed can be read: " + printed);
  return *read;
}

void check_node(const NodeId& node) {
  require(!node.host().empty(), "a node has a host");
  const NodeId same =
      node.is_named() ? NodeId::named(node.name(), node.host()) : NodeId(node.host(), node.port());
  require(same == node, "a node is made of its host and its port, or its name");
  require(std::hash<NodeId>()(same) == std::hash<NodeId>()(node), "equal nodes have equal hashes");
  require(!(same < node) && !(node < same), "equal nodes are in no order");
  static_cast<void>(node.is_loopback());
}

void check_uri(const Uri& uri) {
  const std::string printed = uri.to_string();
  require(printed.size() <= spinoff::kMaxUriLength, "what is read prints within the limit");
  const Uri same = again<Uri>(&Uri::parse, printed);
  require(same == uri, "a URI prints as what reads the same: " + printed);
  require(std::hash<Uri>()(same) == std::hash<Uri>()(uri), "equal URIs have equal hashes");
  require(same.to_string() == printed, "equal URIs print alike");
  require(Uri(uri.node(), uri.path()) == uri, "a URI is made of its node and its path");
  if (uri.node()) {
    check_node(*uri.node());
  }
  require(uri.name().find('/') == std::string_view::npos, "a name is one part of a path");
  if (!uri.name().empty()) {
    const std::string parent = uri.path().substr(0, uri.path().size() - uri.name().size() - 1);
    require(Uri(uri.node(), parent) / uri.name() == uri, "an actor is its parent's child");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = spinoff::fuzz::text_of(data, size);
  if (const auto uri = made(&Uri::parse, text)) {
    check_uri(*uri);
  }
  if (const auto node = made(&NodeId::parse, text)) {
    check_node(*node);
    require(again<NodeId>(&NodeId::parse, node->to_string()) == *node,
            "a node prints as what reads the same");
    require(Uri::parse(node->to_string()) == Uri(*node, ""), "a node's id is its guardian's URI");
  }
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    if (const auto node = made(&NodeId::named, text.substr(0, at), text.substr(at + 1))) {
      check_node(*node);
      require(Uri::parse(node->to_string()).node() == node, "a named node stands in URIs");
    }
  }
  if (const auto path = made<Uri, std::string>(
          +[](std::string some) { return Uri(std::move(some)); }, std::string(text))) {
    if (!path->path().empty() && text.size() <= spinoff::kMaxUriLength) {
      check_uri(*path);
    }
  }
  return 0;
}
