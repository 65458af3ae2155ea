// The second process: actors that count a flood, and one that answers questions.
#include <cstdio>

#include <fmt/format.h>

#include <spinoff/spinoff.hpp>

#include "remote/messages.hpp"
#include "remote/nodes.hpp"
#include "remote/program/window.hpp"

namespace spinoff::bench {

namespace {

class Counter : public Actor {
 public:
  Counter(RemoteOptions options, std::uint64_t messages) : options_(options), messages_(messages) {}
  void on(const Drop& drop) {
    arrived_.in_order += drop.number == arrived_.count && drop.text.size() == options_.size;
    ++arrived_.count;
    if (arrived_.count % acknowledge_every_ == 0 || arrived_.count == messages_) {
      sender() << arrived_;
    }
  }
  void on(const HowMany& /*question*/) { sender() << arrived_; }
  using Receives = RemoteMessages<Drop, HowMany>;

 private:
  RemoteOptions options_;
  std::uint64_t messages_;
  std::uint64_t acknowledge_every_ = acknowledge_every(options_);
  Arrived arrived_{};
};

class Answerer : public Actor {
 public:
  void on(const Question& question) { sender() << Answer{question.number}; }
  using Receives = RemoteMessages<Question>;
};

}  // namespace

void nodes_far_side(const RemoteOptions& options) {
  // Floods are meant, and so are nodes that come and go.
  Node node({.remoting = "127.0.0.1:0", .high_water_mark = 0, .log_events = false});
  for (unsigned pair = 0; pair < options.pairs; ++pair) {
    node.spawn<Counter>({.name = fmt::format("counter-{}", pair)}, options,
                        options.messages_of(pair));
  }
  node.spawn<Answerer>({.name = "answerer"});
  fmt::print("{}\n", node.id()->to_string());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace spinoff::bench
