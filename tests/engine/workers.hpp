/// The workers of an executor without its threads, and mail for actors that never run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <spinoff/engine/worker.hpp>

namespace spinoff::testing {

using detail::Envelope;
using detail::EnvelopePtr;
using detail::Sender;
using engine::Cell;
using engine::Home;
using engine::Inbox;
using engine::Worker;

struct Note {
  int number;
};

inline Envelope* make(int number = 0) {
  return Envelope::make<Note>(Sender{}, Note{number}).release();
}

/// What the actor's turn would find.
inline std::vector<int> mail_of(Cell& cell) {
  std::vector<int> numbers;
  while (Envelope* const message = cell.mailbox().next()) {
    numbers.push_back(EnvelopePtr(message)->as<Note>().number);
  }
  return numbers;
}

/// The workers of an executor, each of which has come to work, and the inbox that they share.
struct Workers {
  explicit Workers(std::size_t count = 2, std::uint64_t executor = 1)
      : homeless(Home::homeless(executor)), all(count) {
    for (std::uint64_t number = 0; Worker & worker : all) {
      worker.join(all, number++, homeless);
      worker.arrive();
    }
    inbox.open(homeless);
  }
  Worker& operator[](std::size_t i) { return all[i]; }

  Home homeless;
  std::vector<Worker> all;
  Inbox inbox;
};

}  // namespace spinoff::testing
