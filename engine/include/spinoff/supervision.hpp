/// What a supervisor may answer to an error of its child.
#pragma once

#include <cstdint>
#include <exception>

#include <spinoff/ref.hpp>

namespace spinoff {

enum class Decision : std::uint8_t {
  Default,   ///< by the kind of error; see default_decision
  Resume,    ///< keep the instance and go on with the next message
  Restart,   ///< a new instance behind the same ref, with the mailbox kept
  Stop,      ///< stop the child
  Escalate,  ///< the error becomes the supervisor's own
};

/// An error of a child. A `CreateFailed` means that it never started.
struct ChildError {
  Ref child;
  std::exception_ptr error;
};

/// CreateFailed → Stop; std::logic_error (a failed assertion) → Escalate; any other std::exception
/// → Restart; something thrown that is no std::exception → Escalate.
Decision default_decision(const std::exception_ptr& error);

}  // namespace spinoff
