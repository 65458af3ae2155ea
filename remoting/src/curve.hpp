/// ZeroMQ's CURVE, as far as keys and sockets need it.
#pragma once

namespace spinoff::remoting {

/// Throws InvalidKey if the ZeroMQ that this program uses was built without it.
void require_curve();

}  // namespace spinoff::remoting
