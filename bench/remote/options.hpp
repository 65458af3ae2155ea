/// What the command line of `remote_bench` asks for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spinoff::bench {

struct RemoteOptions {
  std::uint64_t messages = 1'000'000;
  /// Of a message's text, in bytes.
  std::size_t size = 16;
  std::uint64_t asks = 10'000;
};

}  // namespace spinoff::bench
