/// Looks host names up on threads of its own, because that may take long and the I/O thread never
/// waits. A thread starts when there is a name and no other one is free; a node that only knows
/// addresses has none. A name is looked up by one thread at a time, for all who ask for it: so one
/// whose server does not answer takes one thread, however often it is asked for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <spinoff/uri.hpp>

#include "address.hpp"
#include "intake.hpp"

namespace spinoff::remoting {

/// All calls come from one thread.
class Resolver {
 public:
  using LookUp = std::function<Addresses(const std::string& host)>;
  static constexpr std::size_t kMaxThreads = 4;

  /// Answers come into `intake`.
  explicit Resolver(std::shared_ptr<Intake> intake, LookUp look_up = resolve);
  ~Resolver() { stop(std::chrono::seconds(0)); }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  void look_up(const NodeId& peer, std::uint64_t link);
  /// The link is gone and needs no answer: at most those of the links that there are wait here.
  void cancel(std::uint64_t link);
  /// A look-up cannot be broken off. If one takes longer than `patience`, its thread is left to end
  /// by itself; it touches nothing then but what it shares.
  void stop(std::chrono::steady_clock::duration patience);

 private:
  struct Shared;
  static void run(Shared& shared);
  void start_thread();

  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

}  // namespace spinoff::remoting
