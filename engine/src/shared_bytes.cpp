#include <memory>
#include <string>

#include <spinoff/engine/shared_bytes.hpp>

namespace spinoff::engine {
namespace {

// What is kept holds at most so many times its own size, when it is made.
constexpr std::size_t kMostHeld = 8;

class OwnBytes final : public SharedBytes {
 public:
  explicit OwnBytes(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] std::string_view view() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

KeptBytes keep(std::string_view part, SharedBytes& whole) {
  if (part.size() < whole.size() / kMostHeld) {
    return keep_copy(part);
  }
  whole.retain();
  return {part, BytesHolder(&whole)};
}

KeptBytes keep_copy(std::string_view bytes) {
  auto* const own = new OwnBytes(bytes);  // NOLINT(cppcoreguidelines-owning-memory)
  return {own->view(), BytesHolder(own)};
}

}  // namespace spinoff::engine
