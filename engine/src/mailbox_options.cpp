#include <stdexcept>

#include <spinoff/mailbox_options.hpp>

namespace spinoff {

MailboxOptions MailboxOptions::bounded(std::size_t capacity, Overflow overflow) const {
  if (capacity == 0) {
    throw std::invalid_argument("a bounded mailbox needs a capacity of at least 1 message");
  }
  MailboxOptions options = *this;
  options.capacity_ = capacity;
  options.overflow_ = overflow;
  return options;
}

std::int64_t MailboxOptions::priority_of(const detail::MessageType& type,
                                         const void* message) const {
  if (priorities_ == nullptr) {
    return 0;
  }
  const auto found = priorities_->find(&type);
  return found == priorities_->end() ? 0 : found->second(message);
}

}  // namespace spinoff
