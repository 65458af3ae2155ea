/// The exceptions that the framework throws, and those that it hands to supervisors.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace spinoff {

/// `spawn` with a name that a sibling has, or that breaks the rules for names; `what()` says which.
class NameConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class InvalidName : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// There is no local actor of that name.
class LookupFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `spawn` under an actor or on a node that is stopping; `spawn_on` at a node that cannot be
/// reached, or does not allow it.
class SpawnFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An actor's constructor or `pre_start` threw; the cause is nested (std::rethrow_if_nested).
class CreateFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A `Terminated` message that the watcher has no handler for, or calls unhandled.
class UnhandledTermination : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A message to an actor whose bounded mailbox is full. It was not sent.
class MailboxFull : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `stash` beyond the limit. The message is the one that the actor failed at.
class StashOverflow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What was awaited did not come in time.
class Timeout : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An ask that will get no reply: its target is dead, failed while it handled the question, or
/// answered with another type.
class AskFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `what()` of an exception, followed by those nested in it: "a: b: c".
std::string describe(const std::exception_ptr& error);

}  // namespace spinoff
