/// Those who wait until there is room for their message among what waits for another node.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backlog.hpp"
#include "outgoing_message.hpp"

namespace spinoff::remoting {

/// A message whose sender waits.
class WaitingMessage {
 public:
  explicit WaitingMessage(std::uint64_t number) : number_(number) {}
  WaitingMessage(const WaitingMessage&) = delete;
  WaitingMessage& operator=(const WaitingMessage&) = delete;
  virtual ~WaitingMessage() = default;

  /// By which the sender gives it up; grows with each. Not 0.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  /// Its sender is known. Good for as long as this is there.
  [[nodiscard]] virtual OutgoingMessage message() const = 0;
  /// What it counts for.
  [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;

  // One of them, once, with no lock held, unless the sender has given it up.
  /// It is on its way.
  virtual void came_in() noexcept = 0;
  /// It was not sent, and will not be.
  virtual void ended(const std::string& reason) noexcept = 0;

 private:
  const std::uint64_t number_;
};

/// What became of a message that may wait.
enum class Entered : std::uint8_t {
  came_in,  ///< it was written
  waits,    ///< it was taken into the line
  refused,  ///< the node stops, or there is no room and never will be
};

using WaitingMessages = std::vector<std::unique_ptr<WaitingMessage>>;

/// In the order in which they came. While there are any, the backlog has no room for others, so
/// that nobody overtakes. Under the lock of its owner.
class WaitingLine {
 public:
  explicit WaitingLine(Backlog& backlog) : backlog_(backlog) {}

  [[nodiscard]] bool empty() const noexcept { return line_.empty(); }

  void join(std::unique_ptr<WaitingMessage> message) {
    // Those of one sender come in order, but not those of several.
    line_.push_back(std::move(message));
    backlog_.hold(true);
  }
  /// Null if it is not there.
  std::unique_ptr<WaitingMessage> leave(std::uint64_t number) {
    const auto found =
        std::ranges::find(line_, number, [](const auto& one) { return one->number(); });
    if (found == line_.end()) {
      return nullptr;
    }
    std::unique_ptr<WaitingMessage> message = std::move(*found);
    line_.erase(found);
    backlog_.hold(!line_.empty());
    return message;
  }
  /// Calls `write(message)` for the first ones, as far as there is room, and gives them.
  template <class Write>
  WaitingMessages let_in(Write write) {
    WaitingMessages came;
    while (!line_.empty() && backlog_.let_in(line_.front()->bytes())) {
      write(line_.front()->message());
      came.push_back(std::move(line_.front()));
      line_.pop_front();
    }
    if (!came.empty()) {
      backlog_.hold(!line_.empty());
    }
    return came;
  }
  /// All, who are to be told.
  WaitingMessages end() {
    WaitingMessages all(std::make_move_iterator(line_.begin()),
                        std::make_move_iterator(line_.end()));
    line_.clear();
    backlog_.hold(false);
    return all;
  }

 private:
  Backlog& backlog_;
  std::deque<std::unique_ptr<WaitingMessage>> line_;
};

}  // namespace spinoff::remoting
