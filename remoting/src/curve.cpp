#include "curve.hpp"

#include <zmq.h>

#include <spinoff/keys.hpp>

namespace spinoff::remoting {

void require_curve() {
  if (zmq_has("curve") == 0) {
    throw InvalidKey(
        "keys need a ZeroMQ with CURVE, and the one that this program runs with was built without: "
        "install one that has it, such as Debian's libzmq5, or do without keys");
  }
}

}  // namespace spinoff::remoting
