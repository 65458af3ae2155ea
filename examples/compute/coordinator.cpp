#include "coordinator.hpp"

#include <algorithm>

#include <spinoff/registry.hpp>

namespace spinoff::examples::compute {
namespace {

const Registered<Coordinator, std::uint32_t> kCoordinator{"limit"};

}  // namespace

Coordinator::Coordinator(std::uint32_t limit, std::uint32_t numbers_in_a_piece) : limit_(limit) {
  for (std::uint32_t first = 0; first < limit; first += numbers_in_a_piece) {
    waiting_.push_back({first, std::min(numbers_in_a_piece, limit - first)});
  }
}

void Coordinator::on(const Ready&) {
  const auto [found, is_new] = workers_.try_emplace(sender());
  if (is_new) {
    log("{} joins", sender());
    watch(sender());
  }
  ++found->second.room;
  fill(found->first, found->second);
}

void Coordinator::on(const Counted& counted) {
  const auto found = workers_.find(sender());
  if (found == workers_.end()) {
    return;  // It was out of reach for so long that others have got its pieces.
  }
  Worker& worker = found->second;
  const auto piece =
      std::ranges::find(worker.pieces, counted.first, [](const Piece& one) { return one.first; });
  if (piece == worker.pieces.end()) {
    return;  // The same, but by now it has come back.
  }
  primes_ += counted.primes;
  show_progress(piece->count);
  worker.pieces.erase(piece);
  ++worker.room;
  fill(found->first, worker);
  finish_if_done();
}

void Coordinator::on(const Terminated& terminated) {
  const auto lost = workers_.extract(terminated.actor);
  const std::vector<Piece>& pieces = lost.mapped().pieces;
  log("{} is lost; its {} pieces go to others", terminated.actor, pieces.size());
  waiting_.insert(waiting_.begin(), pieces.begin(), pieces.end());
  for (auto& [name, worker] : workers_) {
    fill(name, worker);
  }
}

void Coordinator::fill(const Ref& name, Worker& worker) {
  for (; worker.room > 0 && !waiting_.empty(); --worker.room) {
    name << waiting_.front();
    worker.pieces.push_back(waiting_.front());
    waiting_.pop_front();
  }
}

void Coordinator::finish_if_done() {
  if (done_ == limit_) {
    log("there are {} primes below {}", primes_, limit_);
    publish(Result{limit_, primes_});
    stop();
  }
}

void Coordinator::show_progress(std::uint32_t numbers) {
  const auto tenths = [this] { return std::uint64_t{done_} * 10 / limit_; };
  const std::uint64_t before = tenths();
  done_ += numbers;
  if (tenths() > before) {
    log("{} % are done, by {} workers", tenths() * 10, workers_.size());
  }
}

}  // namespace spinoff::examples::compute
