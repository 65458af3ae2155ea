/// A message of a type known only at run time.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <spinoff/detail/envelope.hpp>

namespace spinoff {

/// Holds one message; copies share it, and nobody may change it. Empty only when made so.
class AnyMessage {
 public:
  AnyMessage() = default;
  explicit AnyMessage(detail::EnvelopePtr envelope) : envelope_(std::move(envelope)) {}

  /// The message, or null if it is of another type.
  template <class M>
  [[nodiscard]] const M* get_if() const noexcept {
    return is<M>() ? &envelope_->as<M>() : nullptr;
  }
  template <class M>
  [[nodiscard]] bool is() const noexcept {
    return envelope_ != nullptr && &envelope_->type() == &detail::message_type<M>();
  }
  /// The type's name as on the wire, such as `app.Hello`; empty when there is no message.
  [[nodiscard]] std::string_view type_name() const noexcept {
    return envelope_ == nullptr ? std::string_view{} : envelope_->type().name;
  }
  explicit operator bool() const noexcept { return envelope_ != nullptr; }
  /// For the framework.
  [[nodiscard]] detail::Envelope* envelope() const noexcept { return envelope_.get(); }

 private:
  std::shared_ptr<detail::Envelope> envelope_;
};

}  // namespace spinoff
