#pragma once

#include <string>

#include <spinoff/spinoff.hpp>

namespace consumer {

struct Hello {
  std::string name;
  MSGPACK_DEFINE(name);
};

struct Greeting {
  std::string text;
  MSGPACK_DEFINE(text);
};

class Greeter : public spinoff::Actor {
 public:
  void on(const Hello& hello) { sender() << Greeting{"hello " + hello.name}; }
  using Receives = spinoff::Messages<Hello>;
};

}  // namespace consumer
