#include "soak/audit.hpp"

#include <fmt/format.h>

namespace spinoff::soak {

Fates& Fates::operator+=(const Fates& other) {
  sent += other.sent;
  handled += other.handled;
  dead += other.dead;
  return *this;
}

Fates Fates::operator-(const Fates& before) const {
  return {
      .sent = sent - before.sent, .handled = handled - before.handled, .dead = dead - before.dead};
}

std::int64_t Fates::lost() const {
  return static_cast<std::int64_t>(sent) - static_cast<std::int64_t>(handled + dead);
}

Snapshot::Snapshot(const Ledger& ledger, const Nodes& nodes) {
  for (std::size_t from = 0; from < kNodes; ++from) {
    for (std::size_t to = 0; to < kNodes; ++to) {
      for (std::size_t i = 0; i < kStreams; ++i) {
        const Stream& stream = ledger.streams[from][to][i];
        streams[from][to][i] = {
            .sent = stream.sent, .handled = stream.handled, .dead = stream.dead};
      }
      ends[from][to] = ledger.nodes[from].downs[to] + ledger.nodes[to].downs[from] +
                       nodes.starts(from) + nodes.starts(to);
      losses[from][to] = from == to ? nodes.kills(from) : ends[from][to];
    }
  }
}

Fates Snapshot::all() const {
  Fates sum;
  for (const auto& from : streams) {
    for (const auto& to : from) {
      for (const Fates& one : to) {
        sum += one;
      }
    }
  }
  return sum;
}

std::string missing(const Ledger& ledger) {
  for (std::size_t from = 0; from < kNodes; ++from) {
    for (std::size_t to = 0; to < kNodes; ++to) {
      for (std::size_t i = 0; i < kStreams; ++i) {
        if (ledger.streams[from][to][i].mark != ledger.round) {
          return fmt::format("nothing comes from stream {} of node {} to node {}", i, name_of(from),
                             name_of(to));
        }
      }
    }
  }
  for (std::size_t node = 0; node < kNodes; ++node) {
    const NodeNotes& notes = ledger.nodes[node];
    for (std::size_t i = 0; i < kMatters.size(); ++i) {
      const std::uint64_t begun = notes.accounts[i].begun;
      const std::uint64_t ended = notes.accounts[i].ended;
      if (begun != ended) {
        return fmt::format("node {}: of {} {} that began, {} have ended", name_of(node), begun,
                           kMatters[i], ended);
      }
    }
    if (notes.alive != 0) {
      return fmt::format("node {}: {} actors are left that should have stopped", name_of(node),
                         notes.alive.load());
    }
  }
  return {};
}

bool compare(Ledger& ledger, const Snapshot& before, const Snapshot& now, const std::string& when) {
  bool some_ended = false;
  for (std::size_t from = 0; from < kNodes; ++from) {
    for (std::size_t to = 0; to < kNodes; ++to) {
      const bool has_ended = now.ends[from][to] != before.ends[from][to];
      const bool may_lose = now.losses[from][to] != before.losses[from][to];
      some_ended = some_ended || has_ended;
      for (std::size_t i = 0; i < kStreams; ++i) {
        const Fates fates = now.streams[from][to][i] - before.streams[from][to][i];
        if (fates.lost() < 0 || (!may_lose && fates.lost() > 0) || (!has_ended && fates.dead > 0)) {
          ledger.wrong(fmt::format(
              "{}: stream {} from node {} to node {}: {} sent, {} handled, {} dead letters{}", when,
              i, name_of(from), name_of(to), fates.sent, fates.handled, fates.dead,
              may_lose ? "" : ", and nothing has ended that could lose any"));
        }
      }
    }
  }
  return some_ended;
}

}  // namespace spinoff::soak
