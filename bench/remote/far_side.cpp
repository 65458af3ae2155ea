#include "remote/far_side.hpp"

#include <cstdio>

#include <fmt/format.h>

#include <spinoff/spinoff.hpp>

#include "remote/messages.hpp"
#include "remote/plain_zmq.hpp"
#include "remote/window.hpp"

namespace spinoff::bench {

namespace {

class Counter : public Actor {
 public:
  explicit Counter(RemoteOptions options) : options_(options) {}
  void on(const Drop& drop) {
    arrived_.in_order += drop.number == arrived_.count && drop.text.size() == options_.size;
    ++arrived_.count;
    if (arrived_.count % acknowledge_every_ == 0 || arrived_.count == options_.messages) {
      sender() << arrived_;
    }
  }
  void on(const HowMany& /*question*/) { sender() << arrived_; }
  using Receives = RemoteMessages<Drop, HowMany>;

 private:
  RemoteOptions options_;
  std::uint64_t acknowledge_every_ = acknowledge_every(options_.size);
  Arrived arrived_{};
};

class Answerer : public Actor {
 public:
  void on(const Question& question) { sender() << Answer{question.number}; }
  using Receives = RemoteMessages<Question>;
};

}  // namespace

void run_far_side(const RemoteOptions& options) {
  Node node({.remoting = "127.0.0.1:0", .high_water_mark = 0});  // floods are meant
  node.spawn<Counter>({.name = "counter"}, options);
  node.spawn<Answerer>({.name = "answerer"});
  ZmqFarSide zmq(options);
  fmt::print("{}\n{}\n", node.id()->to_string(), zmq.endpoint());
  std::fflush(stdout);
  zmq.serve(options);
  while (std::getchar() != EOF) {
  }
}

}  // namespace spinoff::bench
