/// What a batch of encoded messages keeps of them, until it is sent: enough to make dead letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/serialization/wire.hpp>

namespace spinoff::remoting {

/// The messages themselves are freed by those who sent them, and decoded again if they come back:
/// that one does not happen often, and the other all the time. So all that is kept is who sent what
/// to whom, once for messages that follow one another and have that in common.
class UnsentMessages final : public Keepsake {
 public:
  UnsentMessages() = default;
  ~UnsentMessages() override {
    for (const Run& run : runs_) {
      if (run.sender.counted) {
        run.sender.target->release();
      }
    }
  }

  void add(detail::Target& to, std::uint32_t generation, const detail::Envelope& message) {
    const detail::Sender sender = message.sender();
    if (!runs_.empty()) {
      Run& last = runs_.back();
      if (last.sender.target == sender.target && last.sender.generation == sender.generation &&
          last.type == &message.type() && detail::RefAccess::target(last.receiver) == &to &&
          detail::RefAccess::generation(last.receiver) == generation) {
        ++last.count;
        return;
      }
    }
    runs_.push_back({.receiver = detail::RefAccess::hold(&to, generation),
                     .sender = sender,
                     .type = &message.type(),
                     .count = 1});
    if (sender.counted) {
      sender.target->retain();
    }
  }

  /// Calls `use(receiver, message)` for all in order, once. `batch` is their encoded items.
  template <class Use>
  void give_back(std::string_view batch, Use use) {
    serialization::Payloads payloads(batch);
    for (const Run& run : runs_) {
      for (std::size_t i = 0; i < run.count; ++i) {
        detail::Sender sender = run.sender;
        if (sender.counted) {
          sender.target->retain();
        }
        use(run.receiver, engine::make_encoded(sender, *run.type, payloads.next()));
      }
    }
  }

  static constexpr std::size_t kBytesEach = 48;

 private:
  struct Run {
    Ref receiver;
    detail::Sender sender;
    const detail::MessageType* type;
    std::size_t count;
  };
  static_assert(sizeof(Run) == kBytesEach);

  std::vector<Run> runs_;
};

}  // namespace spinoff::remoting
