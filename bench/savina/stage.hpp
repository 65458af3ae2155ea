/// For networks of actors that end one after the other, each when it has passed on the exit.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <spinoff/actor.hpp>

namespace spinoff::bench {

struct Exit {};

/// Has a next actor, which outlives it: the actors of a network are not below each other. Passes
/// the exit on when it has come from all senders.
class Stage : public Actor {
 public:
  explicit Stage(Ref next, std::size_t senders = 1)
      : next_(std::move(next)), exits_missing_(senders) {}
  void on(const Exit& exit) {
    if (--exits_missing_ == 0) {
      next_ << exit;
      stop();
    }
  }

 protected:
  [[nodiscard]] const Ref& next() const { return next_; }

 private:
  Ref next_;
  std::size_t exits_missing_;
};

/// The same, with several next actors.
class Fork : public Actor {
 public:
  explicit Fork(std::vector<Ref> next) : next_(std::move(next)) {}
  void on(const Exit& exit) {
    for (const Ref& next : next_) {
      next << exit;
    }
    stop();
  }

 protected:
  [[nodiscard]] const std::vector<Ref>& next() const { return next_; }

 private:
  std::vector<Ref> next_;
};

}  // namespace spinoff::bench
