#include "remote/crowd.hpp"

#include <spinoff/spinoff.hpp>

#include "remote/messages.hpp"

namespace spinoff::bench {

namespace {

class Listener : public Actor {
 public:
  void on(const Greeting& /*greeting*/) {}
  using Receives = RemoteMessages<Greeting>;
};

}  // namespace

Crowd::Crowd(unsigned nodes, NodeOptions options) {
  options.workers = 1;
  options.remoting = "127.0.0.1:0";
  options.log_events = false;
  for (unsigned i = 0; i < nodes; ++i) {
    Node& node = *nodes_.emplace_back(std::make_unique<Node>(options));
    node.subscribe<NodeUp>([this](const NodeUp& /*event*/) { went_up(); });
    node.subscribe<NodeDown>(
        [this](const NodeDown& event) { went_down(event.reason == "it was stopped"); });
    node.spawn<Listener>({.name = "listener"});
    ids_.push_back(node.id()->to_string());
  }
}

void Crowd::greet(const std::vector<std::string>& others) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const std::string& other : others) {
      if (other != ids_[i]) {
        nodes_[i]->lookup(other + "/listener") << Greeting{};
      }
    }
  }
}

bool Crowd::wait_until_up(std::size_t sessions, Time deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return up_ >= sessions; });
}

std::size_t Crowd::up() const {
  const std::scoped_lock lock(mutex_);
  return up_;
}

std::size_t Crowd::lost() const {
  const std::scoped_lock lock(mutex_);
  return lost_;
}

void Crowd::went_up() {
  const std::scoped_lock lock(mutex_);
  ++up_;
  changed_.notify_all();
}

void Crowd::went_down(bool was_stopped) {
  const std::scoped_lock lock(mutex_);
  --up_;
  lost_ += was_stopped ? 0 : 1;
}

}  // namespace spinoff::bench
