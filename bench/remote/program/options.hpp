/// What the command line asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace spinoff::bench {

/// The work that two processes do.
struct RemoteOptions {
  /// One way, of all pairs together.
  std::uint64_t messages = 1'000'000;
  /// Of a message's text, in bytes.
  std::size_t size = 16;
  /// Senders, each with a receiver of its own.
  unsigned pairs = 1;
  std::uint64_t asks = 10'000;

  /// Of all messages, those of that pair.
  [[nodiscard]] std::uint64_t messages_of(unsigned pair) const noexcept {
    return messages / pairs + (pair < messages % pairs ? 1 : 0);
  }
};

struct Order {
  RemoteOptions work;
  bool json = false;
  /// All sizes and numbers of pairs, one after the other.
  bool sweep = false;
  /// Instead of the work: one of the program's modes, and how many nodes.
  std::string mode;
  unsigned nodes = 0;
  /// Of the modes.
  unsigned processes = 1;
  unsigned seconds = 10;
  /// This is the second process, for that system or mode.
  std::string far_side;
  /// Not empty if that is all that is asked for.
  std::string help;
};

struct Program;

/// A mistake on the command line. `what()` says which, and how to learn more.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws UsageError.
Order parse_options(const Program& program, int argc, const char* const* argv);

}  // namespace spinoff::bench
