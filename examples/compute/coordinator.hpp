// Cuts the work into pieces, hands them out, and sums up what comes back: each piece once, however
// many workers are lost on the way.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "messages.hpp"

namespace spinoff::examples::compute {

class Coordinator : public Actor {
 public:
  using Receives = Messages<Ready, Counted, Terminated>;

  explicit Coordinator(std::uint32_t limit, std::uint32_t numbers_in_a_piece = 10'000);

  void pre_start() override { finish_if_done(); }

  void on(const Ready& ready);
  void on(const Counted& counted);
  /// What that worker had not done is for others.
  void on(const Terminated& terminated);

 private:
  struct Worker {
    std::uint32_t room = 0;
    std::vector<Piece> pieces;
  };

  void fill(const Ref& name, Worker& worker);
  void show_progress(std::uint32_t numbers);
  void finish_if_done();

  const std::uint32_t limit_;
  std::deque<Piece> waiting_;
  std::unordered_map<Ref, Worker> workers_;
  std::uint32_t done_ = 0;
  std::uint32_t primes_ = 0;
};

}  // namespace spinoff::examples::compute
