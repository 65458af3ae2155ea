// A program with a node of its own, which signals stop. What it does is its argument.
#include <cstdio>
#include <string_view>

#include <unistd.h>

#include <spinoff/spinoff.hpp>
#include <spinoff/stop_signals.hpp>

namespace {

using namespace spinoff;  // NOLINT(google-build-using-namespace)

void show(const char* line) {
  std::puts(line);
  std::fflush(stdout);
}

class Worker : public Actor {
 public:
  explicit Worker(bool stops_the_node, Node* node) : node_(stops_the_node ? node : nullptr) {}
  void pre_start() override {
    show("ready");
    if (node_ != nullptr) {
      node_->stop();
    }
  }
  void post_stop() override { show("the actor ends"); }

 private:
  Node* node_;
};

const char* name_of(StopReason reason) {
  return reason == StopReason::interrupted  ? "drain: SIGINT"
         : reason == StopReason::terminated ? "drain: SIGTERM"
                                            : "drain: no signal";
}

void run(std::string_view what) {
  StopSignals signals;
  Node node({.workers = 2});
  node.on_stop(StopPhase::drain, "shows the reason", [what](const Stopping& stopping) {
    while (what == "is stuck") {
      show("not stopping");
      pause();
    }
    show(name_of(stopping.reason));
  });
  node.spawn<Worker>(what == "stops itself" || what == "goes on", &node);
  signals.run(node);
  show("end");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  run(what);
  while (what == "goes on") {
    show("still there");
    pause();
  }
  return 0;
}
