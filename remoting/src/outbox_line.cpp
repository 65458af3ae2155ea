// Who waits for room in an outbox, and what makes room.
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "outbox.hpp"

namespace spinoff::remoting {

Entered Outbox::enter(std::unique_ptr<WaitingMessage>& message) {
  const Message out = message->message();
  {
    const std::lock_guard lock(mutex_);
    if (!has_room(message->bytes())) {
      // Room is only ever made by what has it.
      if (backlog_.is_closed() || (line_.empty() && backlog_.load().messages == 0)) {
        return Entered::refused;
      }
      line_.join(std::move(message));
      return Entered::waits;
    }
    append_any(out);
    if (std::exchange(is_announced_, true)) {
      return Entered::came_in;
    }
  }
  announce();
  return Entered::came_in;
}

bool Outbox::leave_line(std::uint64_t number) {
  std::unique_lock lock(mutex_);
  const std::unique_ptr<WaitingMessage> message = line_.leave(number);
  if (message == nullptr) {
    return false;
  }
  // It may have been the first, and too large for what the next one finds room in.
  let_in(std::move(lock));
  return true;
}

void Outbox::left(const Load& load) {
  std::unique_lock lock(mutex_);
  backlog_.remove(load);
  if (!line_.empty()) {
    let_in(std::move(lock));
  }
}

void Outbox::let_in(std::unique_lock<std::mutex> lock) {
  const WaitingMessages came =
      line_.let_in([this](const Message& message) { append_any(message); });
  const bool is_first = !came.empty() && !std::exchange(is_announced_, true);
  lock.unlock();
  if (is_first) {
    announce();
  }
  for (const std::unique_ptr<WaitingMessage>& one : came) {
    one->came_in();
  }
}

void Outbox::end_line(const std::string& reason) {
  WaitingMessages all;
  {
    const std::lock_guard lock(mutex_);
    all = line_.end();
  }
  for (const std::unique_ptr<WaitingMessage>& one : all) {
    one->ended(reason);
  }
}

std::string Outbox::refusal() {
  const std::lock_guard lock(mutex_);
  if (backlog_.is_closed()) {
    return "this node is stopping";
  }
  const Load load = backlog_.load();
  return fmt::format(
      "not sent to {}: it is not up, or takes messages too slowly; {} ({} bytes) "
      "already wait",
      node_.to_string(), load.messages, load.bytes);
}

}  // namespace spinoff::remoting
