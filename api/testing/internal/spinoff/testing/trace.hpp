/// What happened in a simulation, a line each, for people to read.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <unordered_map>

#include <spinoff/engine/cell.hpp>
#include <spinoff/testing/virtual_clock.hpp>

namespace spinoff::testing {

class Trace {
 public:
  explicit Trace(const VirtualClock& clock) noexcept : clock_(clock) {}

  /// From now on; null: nowhere. It changes nothing of what happens.
  void write_to(std::ostream* out) noexcept { out_ = out; }
  [[nodiscard]] bool is_on() const noexcept { return out_ != nullptr; }

  /// What the node of that anchor is called.
  void name(const engine::NodeAnchor& anchor, std::string name) {
    names_[&anchor] = std::move(name);
  }
  /// `b/worker gets app.Job from a/coordinator`.
  void handles(engine::Cell& cell, engine::Envelope& message) const;
  void line(std::string_view text) const;

 private:
  [[nodiscard]] std::string name_of(const Ref& ref) const;

  const VirtualClock& clock_;
  std::ostream* out_ = nullptr;
  std::unordered_map<const engine::NodeAnchor*, std::string> names_;
};

}  // namespace spinoff::testing
