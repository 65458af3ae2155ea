/// The account of messages: each ends exactly once, as handled, unhandled or a dead letter.
///
/// A message carries a Token. Whoever sees the message end closes the token: the handler, or the
/// node's DeadLetter or UnhandledMessage event. A token that is destroyed open is a lost message,
/// and one that is closed twice was had by two, unless it has an Excuse.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "findings.hpp"

namespace spinoff::stress {

enum class Fate : std::uint8_t { open, handled, unhandled, dead };

/// Why a message may end without anybody having it.
struct Excuse {
  /// Only copies of it are sent; those have no excuse.
  bool is_original = false;
  /// It was for an actor of a node that has ended, and nobody is left there to tell of it. Only for
  /// messages from outside of actors, and from timers.
  const std::atomic<bool>* node_ended = nullptr;
  /// It lies on a timer that was cancelled.
  std::shared_ptr<const std::atomic<bool>> cancelled = nullptr;

  [[nodiscard]] bool holds() const {
    return is_original || (node_ended != nullptr && *node_ended) ||
           (cancelled != nullptr && *cancelled);
  }
};

class Ledger {
 public:
  explicit Ledger(Findings& findings) : findings_(findings) {}

  /// Messages that are somewhere now.
  [[nodiscard]] std::int64_t alive() const { return alive_; }
  [[nodiscard]] std::int64_t sent() const { return sent_; }
  [[nodiscard]] std::int64_t ended_as(Fate fate) const { return ended_[index(fate)]; }
  [[nodiscard]] std::int64_t excused() const { return excused_; }

  /// When nothing is sent any more: reports what does not add up.
  void check() const {
    const std::int64_t all =
        ended_as(Fate::handled) + ended_as(Fate::unhandled) + ended_as(Fate::dead) + excused_;
    if (alive_ != 0 || all != sent_) {
      findings_.add("the account of messages does not add up: " + text());
    }
  }
  [[nodiscard]] std::string text() const {
    return std::to_string(sent_) + " sent, " + std::to_string(ended_as(Fate::handled)) +
           " handled, " + std::to_string(ended_as(Fate::unhandled)) + " unhandled, " +
           std::to_string(ended_as(Fate::dead)) + " dead letters, " + std::to_string(excused_) +
           " excused, " + std::to_string(alive_) + " on their way";
  }

 private:
  friend class Token;
  static std::size_t index(Fate fate) { return static_cast<std::size_t>(fate); }

  Findings& findings_;
  std::atomic<std::int64_t> alive_{0};
  std::atomic<std::int64_t> sent_{0};
  std::atomic<std::int64_t> excused_{0};
  std::atomic<std::int64_t> ended_[4]{};
};

class Token {
 public:
  /// `what`, in one word, for reports.
  Token(Ledger& ledger, const char* what, Excuse excuse = {})
      : ledger_(&ledger), what_(what), excuse_(std::move(excuse)) {
    ++ledger_->sent_;
    ++ledger_->alive_;
  }
  /// A message of its own, without an excuse.
  Token(const Token& other) : Token(*other.ledger_, other.what_) {}
  Token(Token&& other) noexcept
      : ledger_(std::exchange(other.ledger_, nullptr)),
        what_(other.what_),
        excuse_(std::move(other.excuse_)),
        fate_(other.fate_.load()) {}
  Token& operator=(const Token&) = delete;
  Token& operator=(Token&&) = delete;
  ~Token() {
    if (ledger_ == nullptr) {
      return;
    }
    --ledger_->alive_;
    if (fate_ != Fate::open) {
      ++ledger_->ended_[Ledger::index(fate_)];
    } else {
      ++ledger_->excused_;
      if (!excuse_.holds()) {
        ledger_->findings_.add("a " + std::string(what_) + " is lost");
      }
    }
  }

  /// Any thread: a dead letter is shared by all who hear of it.
  void close(Fate fate) const {
    Fate expected = Fate::open;
    if (!fate_.compare_exchange_strong(expected, fate)) {
      ledger_->findings_.add("a " + std::string(what_) + " ends twice: as " + name(expected) +
                             " and as " + name(fate));
    }
  }

 private:
  static std::string name(Fate fate) {
    constexpr const char* kNames[] = {"open", "handled", "unhandled", "a dead letter"};
    return kNames[Ledger::index(fate)];
  }

  Ledger* ledger_;
  const char* what_;
  Excuse excuse_;
  mutable std::atomic<Fate> fate_{Fate::open};
};

}  // namespace spinoff::stress
