/// A node in a process of its own, for the tests to talk to, stop and kill:
///
///     peer_node HOST:PORT [greet URI | spawn NODE]
///
/// With SPINOFF_PEER_SILENCE=MS in its environment it takes others to be down after that time, and
/// says ten times as often that it is there. With SPINOFF_PEER_RELAY=HOST:PORT that node is a relay
/// of it, and with SPINOFF_PEER_MAY_RELAY=1 it is one for others.
///
/// Tells what happens line by line; SIGTERM stops it in an orderly way.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>

#include <spinoff/spinoff.hpp>

#include "far_worker.hpp"
#include "greeting.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;

void tell(const std::string& line) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  std::puts(line.c_str());
  std::fflush(stdout);
}

/// Puts what it hears on the output.
class Printer : public Actor {
 public:
  using Receives = Messages<Text>;
  void on(const Text& text) { tell("heard " + text.text); }
};

/// Sends Texts back.
class Echo : public Actor {
 public:
  using Receives = Messages<Text>;
  void on(const Text& text) { sender() << text; }
};

/// Says hello to whoever is introduced, sends the ref back, and tells of answers.
class Caller : public Actor {
 public:
  using Receives = Messages<Introduce, Text>;
  void on(const Introduce& introduced) {
    introduced.who << Text{"hello from " + self().uri().path()};
    sender() << introduced;
  }
  void on(const Text& text) { tell("answered " + text.text); }
};

const Registered<FarWorker, std::string, int> kFarWorker{"label", "first"};

/// Has an actor at another node, for as long as it lives.
class Spawner : public Process {
 public:
  Task<> run(std::string node) {
    const Ref worker =
        co_await spawn_on(node, "spinoff.integration.FarWorker", "label='w', first=10");
    tell("spawned " + worker.uri().to_string());
    co_await worker.join();
  }
};

void run(const std::string& address, const std::string& task, const std::string& at) {
  NodeOptions options;
  options.workers = 2;
  options.remoting = address;
  options.insecure = true;  // it also lives in networks of the tests' own
  options.log_events = false;
  if (const char* const silence = std::getenv("SPINOFF_PEER_SILENCE"); silence != nullptr) {
    options.silence = std::chrono::milliseconds(std::stoi(silence));
    options.heartbeat = options.silence / 10;
  }
  if (const char* const relay = std::getenv("SPINOFF_PEER_RELAY"); relay != nullptr) {
    options.relays = {relay};
  }
  options.remote_rights.relay = std::getenv("SPINOFF_PEER_MAY_RELAY") != nullptr;
  options.allow_remote_spawn = true;
  Node node(options);
  node.subscribe<NodeUp>([](const NodeUp& event) { tell("up " + event.node.to_string()); });
  node.subscribe<NodeDown>(
      [](const NodeDown& event) { tell("down " + event.node.to_string() + " " + event.reason); });
  node.subscribe<DeadLetter>(
      [](const DeadLetter& event) { tell("dead letter to " + event.target.uri().to_string()); });
  node.spawn<Caller>({.name = "caller"});
  node.spawn<Greeter>({.name = "greeter"});
  node.spawn<Echo>({.name = "echo"});
  const Ref printer = node.spawn<Printer>({.name = "printer"});
  tell("listening " + node.id()->to_string());
  if (task == "greet") {
    node.spawn<Guest>({.name = "guest"}, std::string("Ann"), at, printer);
  } else if (task == "spawn") {
    node.spawn<Spawner>({.name = "spawner"}, at);
  }
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  int signal = 0;
  sigwait(&wanted, &signal);
  node.stop();
  tell("stopped");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fputs("usage: peer_node HOST:PORT [greet URI | spawn NODE]\n", stderr);
    return 2;
  }
  // Before any thread starts, so that only sigwait sees it.
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  try {
    run(argv[1], argc == 4 ? argv[2] : "", argc == 4 ? argv[3] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer_node: %s\n", error.what());
    return 2;
  }
  return 0;
}
