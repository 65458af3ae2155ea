#include "greetings.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "support/process.hpp"

namespace spinoff::examples::main_job {
namespace {

using testing::ChildProcess;

// The two nodes have process groups of their own, so a terminal's interrupt does not reach them.
std::array<std::atomic<pid_t>, 2> g_nodes{};

void pass_on(int number) {
  for (const std::atomic<pid_t>& node : g_nodes) {
    if (const pid_t id = node.load(); id != 0) {
      kill(-id, SIGKILL);
    }
  }
  _exit(128 + number);
}

class PassedOn {
 public:
  PassedOn() {
    std::signal(SIGHUP, &pass_on);
    std::signal(SIGINT, &pass_on);
    std::signal(SIGTERM, &pass_on);
  }
  PassedOn(const PassedOn&) = delete;
  PassedOn& operator=(const PassedOn&) = delete;
  ~PassedOn() {
    std::signal(SIGHUP, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    g_nodes[0] = 0;
    g_nodes[1] = 0;
  }
};

class ShownNode {
 public:
  ShownNode(std::size_t number, const std::string& label, std::vector<std::string> arguments)
      : id_(g_nodes.at(number)),
        label_(label),
        process_(command(std::move(arguments)), {}, [label](const std::string& line) {
          std::printf("%-8s| %s\n", label.c_str(), line.c_str());
          std::fflush(stdout);
        }) {
    id_ = process_.id();
  }

  // Where it listens.
  std::string address() {
    constexpr std::string_view kListening = "listening at ";
    const std::string line = process_.wait_for_line(kListening);
    return line.substr(line.find(kListening) + kListening.size());
  }

  void await(std::string_view part, int times) {
    for (int i = 0; i < times; ++i) {
      process_.wait_for_line(part);
    }
  }

  void stop() {
    process_.signal(SIGTERM);
    const int status = process_.wait();
    id_ = 0;
    if (status != 0) {
      throw std::runtime_error("the node '" + label_ +
                               "' was stopped with SIGTERM and ended with " +
                               (status > 0 ? "exit status " : "signal ") +
                               std::to_string(status > 0 ? status : -status) + " instead of 0");
    }
  }

 private:
  // startnode is built into the same folder as this program.
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    // Port 0: the system chooses one, and nobody else can have taken it.
    arguments.insert(arguments.begin(), {folder / "startnode", "--remoting", "127.0.0.1:0"});
    return arguments;
  }

  std::atomic<pid_t>& id_;
  const std::string label_;
  ChildProcess process_;
};

}  // namespace

void greet(int greetings) {
  const PassedOn passed_on;
  ShownNode other(0, "other",
                  {"--actor", "spinoff.examples.example2.ExampleActor", "--name", "other"});
  const std::string actor = other.address() + "/other";
  ShownNode greeter(1, "greeter",
                    {"--actor", "spinoff.examples.example2.ExampleProcess", "--params",
                     "other_actor='" + actor + "'"});
  other.await("'hello!' from <", greetings);
  greeter.await("got 'ack' from <" + actor + ">", greetings);
  greeter.stop();
  other.stop();
}

}  // namespace spinoff::examples::main_job
