/// What the tests of nodes that talk to each other share, on top of support/probe.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/spinoff.hpp>

#include "greeting.hpp"
#include "support/ports.hpp"
#include "support/probe.hpp"

namespace spinoff {

// How Boost.Test shows names in a comparison that failed.
inline std::ostream& boost_test_print_type(std::ostream& out, const NodeId& node) {
  return out << node.to_string();
}
inline std::ostream& boost_test_print_type(std::ostream& out, const Uri& uri) {
  return out << uri.to_string();
}

}  // namespace spinoff

namespace spinoff::integration {

using testing::call;
using testing::Collector;
using testing::Do;
using testing::drain;
using testing::Gate;
using testing::listen;
using testing::Puppet;

/// Cannot leave its node.
struct Opaque {
  std::unique_ptr<int> value;
};

/// What an actor heard: a text and who sent it, or "introduced" or "terminated" and whose ref it
/// was.
struct Heard {
  std::string text;
  Ref ref;
};
using Hearings = Collector<Heard>;

inline Hearings hearings() {
  return Hearings("something to be heard");
}

/// Notes all that it hears.
class Probe : public Puppet {
 public:
  using Receives = Messages<Do, Text, Introduce, Terminated, Fail>;
  explicit Probe(Hearings heard) : heard_(std::move(heard)) {}

  using Puppet::on;
  void on(const Text& text) { heard_.add({text.text, sender()}); }
  void on(const Introduce& introduced) { heard_.add({"introduced", introduced.who}); }
  void on(const Terminated& terminated) { heard_.add({"terminated", terminated.actor}); }
  void on(const Fail& fail) { throw std::runtime_error(fail.reason); }

 private:
  Hearings heard_;
};

inline NodeOptions options_at(std::string address) {
  NodeOptions options = testing::quiet();
  options.remoting = std::move(address);
  return options;
}

/// A node on loopback, with its events.
class TestNode {
 public:
  explicit TestNode(std::string address = "127.0.0.1:0")
      : TestNode(options_at(std::move(address))) {}
  explicit TestNode(const NodeOptions& options) : node_(options) {}

  Node* operator->() { return &node_; }
  Node& operator*() { return node_; }
  [[nodiscard]] NodeId id() const { return *node_.id(); }
  [[nodiscard]] std::string address() const { return id().to_string(); }
  /// The actor of that path at `other`, as seen from here.
  [[nodiscard]] Ref remote(const TestNode& other, std::string_view path) const {
    return node_.lookup(other.address() + std::string(path));
  }
  TypedRef<Probe> probe(std::string name, const Hearings& heard) {
    return node_.spawn<Probe>({.name = std::move(name)}, heard);
  }

 private:
  Node node_;

 public:
  const Collector<DeadLetter> dead_letters = listen<DeadLetter>(node_);
  const Collector<UnhandledMessage> unhandled = listen<UnhandledMessage>(node_);
  const Collector<Error> errors = listen<Error>(node_);
  const Collector<NodeUp> up = listen<NodeUp>(node_);
  const Collector<NodeDown> down = listen<NodeDown>(node_);
  const Collector<RemoteInputRejected> rejected = listen<RemoteInputRejected>(node_);
};

inline std::string free_address() {
  return "127.0.0.1:" + std::to_string(testing::free_port());
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::vector<std::string> texts(const std::vector<Heard>& heard) {
  std::vector<std::string> result;
  for (const Heard& one : heard) {
    result.push_back(one.text);
  }
  return result;
}

inline constexpr std::size_t kMiB = std::size_t{1} << 20U;

/// Of which no two stretches are the same.
inline std::string long_text(std::size_t size) {
  std::string text;
  text.reserve(size + 8);
  std::uint64_t state = 1;
  while (text.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    for (unsigned shift = 8; shift < 64; shift += 8) {
      text.push_back(static_cast<char>(state >> shift));
    }
  }
  text.resize(size);
  return text;
}

/// Of a message; its type's name if it is no Text.
inline std::string text_of(const AnyMessage& message) {
  const Text* const text = message.get_if<Text>();
  return text == nullptr ? std::string(message.type_name()) : text->text;
}

/// What the error says that `action` throws.
template <class E, class F>
std::string error_of(F&& action) {
  try {
    std::forward<F>(action)();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace spinoff::integration
