/// Ports for nodes under test to listen on.
#pragma once

#include <cstdint>

namespace spinoff::testing {

/// A TCP port of 127.0.0.1 on which nobody listens. The system does not give it out again at once,
/// but nothing reserves it: use it soon.
/// Throws ProcessError if there is none.
std::uint16_t free_port();

}  // namespace spinoff::testing
