/// Looks host names up on a thread of its own, because that may take long and the I/O thread never
/// waits. The thread starts with the first name; a node that only knows addresses has none.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

#include <spinoff/uri.hpp>

#include "intake.hpp"

namespace spinoff::remoting {

class Resolver {
 public:
  /// Answers come into `intake`.
  explicit Resolver(std::shared_ptr<Intake> intake);
  ~Resolver() { stop(std::chrono::seconds(0)); }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  void look_up(const NodeId& peer, std::uint64_t link);
  /// A look-up cannot be broken off. If one takes longer than `patience`, its thread is left to end
  /// by itself; it touches nothing then but what it shares.
  void stop(std::chrono::steady_clock::duration patience);

 private:
  struct Shared;
  static void run(Shared& shared);

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace spinoff::remoting
