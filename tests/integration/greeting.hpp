/// Actors that are used unchanged inside one node, across nodes of one process, and across
/// processes (see peer_node.cpp).
#pragma once

#include <stdexcept>
#include <string>

#include <spinoff/spinoff.hpp>

namespace spinoff::integration {

struct Text {
  std::string text;
  MSGPACK_DEFINE(text)
};

/// Carries a ref from node to node.
struct Introduce {
  Ref who;
  MSGPACK_DEFINE(who)
};

struct Hello {
  std::string name;
  MSGPACK_DEFINE(name)
};

struct Welcome {
  std::string text;
  MSGPACK_DEFINE(text)
};

/// Whoever gets it throws it.
struct Fail {
  std::string reason;
  MSGPACK_DEFINE(reason)
};

class Greeter : public Actor {
 public:
  void on(const Hello& hello) { sender() << Welcome{"welcome, " + hello.name}; }
  void on(const Fail& fail) { throw std::runtime_error(fail.reason); }
  using Receives = RemoteMessages<Hello, Fail>;
};

/// Greets, and tells `report` what came back.
class Guest : public Process {
 public:
  Task<> run(std::string name, std::string greeter_uri, Ref report) {
    const Ref greeter = lookup(greeter_uri);
    greeter << Hello{name};
    const Welcome welcome = co_await get<Welcome>(30s);
    report << Text{welcome.text + ", says " + sender().uri().path()};
    Future<Welcome> asked = greeter.ask<Welcome>(Hello{name + " again"}, 30s);
    const Welcome again = co_await asked;
    report << Text{again.text};
  }
};

}  // namespace spinoff::integration
