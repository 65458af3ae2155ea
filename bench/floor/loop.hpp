/// The least that can call itself a run loop: objects with a queue each, those with messages in a
/// list, one thread that takes the first from the list and hands it its messages, by a pointer to a
/// function that the loop does not know.
#pragma once

#include "floor/message.hpp"
#include "floor/queues.hpp"

namespace spinoff::bench {

struct Object {
  using Handle = void (*)(Object& self, const Message& message);
  explicit Object(Handle handler) : handle(handler) {}

  Handle handle;
};

template <class Queue>
struct QueuedObject : Object {
  using Object::Object;

  Queue queue;
  QueuedObject* next_ready = nullptr;
};

template <class Queue>
class Loop {
 public:
  void send(Object& sender, QueuedObject<Queue>& to, Kind kind, std::int64_t value = 0) {
    Message* const message = messages_.take();
    message->sender = &sender;
    message->kind = kind;
    message->value = value;
    if (to.queue.push(message)) {
      make_ready(to);
    }
  }

  /// Until no object has a message.
  void run();

 private:
  void make_ready(QueuedObject<Queue>& object) {
    if (last_ready_ == nullptr) {
      first_ready_ = &object;
    } else {
      last_ready_->next_ready = &object;
    }
    last_ready_ = &object;
  }
  QueuedObject<Queue>& take_ready() {
    QueuedObject<Queue>& object = *first_ready_;
    first_ready_ = object.next_ready;
    object.next_ready = nullptr;
    if (first_ready_ == nullptr) {
      last_ready_ = nullptr;
    }
    return object;
  }

  FreeList messages_;
  QueuedObject<Queue>* first_ready_ = nullptr;
  QueuedObject<Queue>* last_ready_ = nullptr;
};

extern template class Loop<PlainQueue>;
extern template class Loop<AtomicQueue>;

}  // namespace spinoff::bench
