// A host and its guest, with whom an actor in Python talks (python/demo.py); run them with
//
//     startnode --remoting 127.0.0.1:9700 --actor spinoff.examples.python.Host --name host
//     python3 examples/python/demo.py 127.0.0.1:9701 127.0.0.1:9700
#include <string>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::python {

struct Question {
  std::string text;
  MSGPACK_DEFINE(text)
};

struct Answer {
  std::string text;
  MSGPACK_DEFINE(text)
};

/// To the host: watch this one, and ask it something.
struct Meet {
  Ref other;
  MSGPACK_DEFINE(other)
};

/// To the guest: stop.
struct Leave {
  MSGPACK_DEFINE()
};

class Guest : public Actor {
 public:
  using Receives = RemoteMessages<Leave>;

  void post_stop() override { log("good bye"); }

  void on(const Leave& /*leave*/) { stop(); }
};

class Host : public Actor {
 public:
  using Receives = Messages<Question, Meet, Terminated>;

  void pre_start() override { spawn<Guest>({.name = "guest"}); }

  void on(const Question& question) {
    log("{} asks: {}", sender(), question.text);
    sender() << Answer{"forty-two"};
  }

  Task<> on(const Meet& meet) {
    watch(meet.other);
    const Question question{"How late is it?"};
    const Answer answer = co_await meet.other.ask<Answer>(question);
    log("{} answers: {}", meet.other, answer.text);
  }

  void on(const Terminated& terminated) { log("{} has gone", terminated.actor); }
};

const Registered<Host> kHost;

}  // namespace spinoff::examples::python
