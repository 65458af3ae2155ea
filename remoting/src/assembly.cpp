#include <algorithm>
#include <utility>

#include <spinoff/remoting/assembly.hpp>

namespace spinoff::remoting {

using serialization::Part;

namespace {

// What is kept of a message has room for so many times what has come.
constexpr std::size_t kGrowth = 4;

void append(std::string& bytes, const Part& part) {
  const std::size_t size = bytes.size() + part.bytes.size();
  if (size > bytes.capacity()) {
    bytes.reserve(std::min<std::size_t>(part.total, kGrowth * size));
  }
  bytes.append(part.bytes);
}

}  // namespace

const char* Assembly::fault_of(const Part& part, const Message* begun,
                               std::size_t max_message_bytes) const noexcept {
  if (begun == nullptr && part.offset != 0) {
    return "nothing went before it";
  }
  if (begun != nullptr && (part.offset != begun->bytes->size() || part.total != begun->total)) {
    return "it does not fit to what went before it";
  }
  if (part.total > max_message_bytes) {
    return "its message is larger than this node takes";
  }
  if (part.bytes.empty() || part.bytes.size() > part.total - part.offset) {
    return "it has no bytes, or more than its message";
  }
  if (begun == nullptr && begun_.size() == serialization::kMostInParts) {
    return "too many messages in parts have begun";
  }
  return nullptr;
}

Assembly::Outcome Assembly::add(const Part& part, std::size_t max_message_bytes) {
  auto message = std::ranges::find(begun_, part.number, &Message::number);
  if (const char* const fault =
          fault_of(part, message == begun_.end() ? nullptr : &*message, max_message_bytes)) {
    if (message != begun_.end()) {
      begun_.erase(message);
    }
    return {.fault = fault};
  }
  if (message == begun_.end()) {
    begun_.push_back({part.number, part.total, std::make_shared<std::string>()});
    message = std::prev(begun_.end());
  }
  append(*message->bytes, part);
  if (message->bytes->size() < message->total) {
    return {};
  }
  Outcome outcome{.whole = std::move(message->bytes)};
  begun_.erase(message);
  return outcome;
}

}  // namespace spinoff::remoting
