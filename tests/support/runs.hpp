/// Runs of short messages, as they come from another node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/engine/encoded_run.hpp>
#include <spinoff/engine/shared_bytes.hpp>

namespace spinoff::testing {

/// A frame that has nothing but a run in it.
class RunFrame final : public engine::SharedBytes {
 public:
  /// Payloads of less than 256 bytes.
  static RunFrame& of(const std::vector<std::string>& payloads) { return *new RunFrame(payloads); }

  [[nodiscard]] std::size_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] engine::EncodedRun::Payloads payloads() const noexcept { return {bytes_, count_}; }

 private:
  explicit RunFrame(const std::vector<std::string>& payloads)
      : count_(static_cast<std::uint32_t>(payloads.size())) {
    for (const std::string& payload : payloads) {
      bytes_.append(engine::EncodedRun::Payloads::kHead - 1, 'h');
      bytes_ += static_cast<char>(payload.size());
      bytes_ += payload;
    }
  }

  std::string bytes_;
  std::uint32_t count_;
};

/// The run alone, from a sender that is counted as often as EncodedRun::make wants it.
inline detail::EnvelopePtr make_run(const detail::MessageType& type,
                                    const std::vector<std::string>& payloads,
                                    detail::Sender sender = {}) {
  RunFrame& frame = RunFrame::of(payloads);
  detail::EnvelopePtr run = engine::EncodedRun::make(sender, type, frame.payloads(), frame);
  frame.release();
  return run;
}

}  // namespace spinoff::testing
