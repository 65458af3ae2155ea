#include <stdexcept>

#include <spinoff/engine/cell.hpp>
#include <spinoff/join.hpp>

namespace spinoff {

Join Ref::join(std::chrono::nanoseconds timeout) const {
  engine::Cell* const running = engine::Cell::running();
  if (running != nullptr && *this == running->ref()) {
    throw std::logic_error("the actor " + to_string() +
                           " cannot join itself: it would wait for its own end");
  }
  return Join(detail::AskHandle::for_end_of(*this, timeout));
}

void Join::wait() {
  handle_.wait();
  handle_.check_ended();
}

}  // namespace spinoff
