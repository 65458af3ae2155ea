// In a file of its own, so that the compiler cannot put handlers into the loop: an engine does not
// know its users' actors either.
#include "floor/loop.hpp"

namespace spinoff::bench {

template <class Queue>
void Loop<Queue>::run() {
  while (first_ready_ != nullptr) {
    QueuedObject<Queue>& object = take_ready();
    bool more = true;
    while (more) {
      Message* const message = object.queue.front();
      object.handle(object, *message);
      more = object.queue.pop();
      messages_.put_back(message);
    }
  }
}

template class Loop<PlainQueue>;
template class Loop<AtomicQueue>;

}  // namespace spinoff::bench
