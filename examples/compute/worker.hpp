// Counts primes for a coordinator, wherever that is, for as long as it is there.
#pragma once

#include "messages.hpp"

namespace spinoff::examples::compute {

class Worker : public Actor {
 public:
  using Receives = Messages<Piece, Terminated>;

  explicit Worker(Ref coordinator) : coordinator_(std::move(coordinator)) {}

  void pre_start() override {
    watch(coordinator_);
    coordinator_ << Ready{} << Ready{};
  }

  void on(const Piece& piece) {
    std::uint32_t primes = 0;
    for (std::uint32_t n = piece.first; n < piece.first + piece.count; ++n) {
      primes += is_prime(n) ? 1 : 0;
    }
    sender() << Counted{piece.first, primes};
  }

  void on(const Terminated&) {
    log("the coordinator has ended, or is out of reach");
    stop();
  }

 private:
  static bool is_prime(std::uint32_t n) {
    for (std::uint32_t divisor = 2; divisor * divisor <= n; ++divisor) {
      if (n % divisor == 0) {
        return false;
      }
    }
    return n >= 2;
  }

  Ref coordinator_;
};

}  // namespace spinoff::examples::compute
