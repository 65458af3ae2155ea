/// Puts the parts of large messages together again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <spinoff/serialization/wire.hpp>

namespace spinoff::remoting {

/// Of one peer, in one session. The memory grows with what comes, whatever is announced: it is less
/// than four times that, and no more than kMostInParts messages of the largest size.
class Assembly {
 public:
  struct Outcome {
    /// The message, if this was its last part.
    std::shared_ptr<const std::string> whole = nullptr;
    /// Why the part, and with it the message, is dropped; null if it is not.
    const char* fault = nullptr;
  };
  /// What follows of a message that was dropped is dropped, too.
  Outcome add(const serialization::Part& part, std::size_t max_message_bytes);

 private:
  struct Message {
    std::uint64_t number;
    std::uint64_t total;
    std::shared_ptr<std::string> bytes;
  };
  [[nodiscard]] const char* fault_of(const serialization::Part& part, const Message* begun,
                                     std::size_t max_message_bytes) const noexcept;

  std::vector<Message> begun_;
};

}  // namespace spinoff::remoting
