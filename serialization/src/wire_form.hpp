/// Which fields the items of each kind have, in order, behind the kind.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <spinoff/serialization/wire.hpp>

namespace spinoff::serialization {

inline constexpr int kVersionField = 0;
inline constexpr std::uint64_t kFromField = 1;
inline constexpr std::uint32_t kFrameFields = 8;

// The options of a hello.
inline constexpr std::string_view kMaxFrameKey = "max_frame_bytes";
inline constexpr std::string_view kMaxAliasesKey = "max_aliases";
inline constexpr std::string_view kMaxMessageKey = "max_message_bytes";
inline constexpr std::string_view kHasRelaysKey = "relays";

enum class Role : std::uint8_t {
  to,
  from,
  to_name,
  from_name_or_nil,
  type_name,
  payload,
  reason,
  part_number,
  part_total,
  part_offset,
  options,
  probe_number,
  received,
};

struct Form {
  std::array<Role, 4> roles = {};
  std::size_t size = 0;
};

inline constexpr Form kMessageForm{
    {Role::to_name, Role::from_name_or_nil, Role::type_name, Role::payload}, 4};
inline constexpr Form kBetweenActorsForm{{Role::to, Role::from}, 2};
inline constexpr Form kAskFailedForm{{Role::to, Role::reason}, 2};
inline constexpr Form kPartForm{
    {Role::part_number, Role::part_total, Role::part_offset, Role::payload}, 4};
inline constexpr Form kHelloForm{{Role::to, Role::options}, 2};
inline constexpr Form kByeForm{};
inline constexpr Form kRelayForm{{Role::to, Role::payload}, 2};
inline constexpr Form kRelayedForm{{Role::from, Role::payload}, 2};
inline constexpr Form kNotRelayedForm{{Role::to, Role::reason}, 2};
inline constexpr Form kProbeForm{{Role::probe_number}, 1};
inline constexpr Form kProbeAnswerForm{{Role::probe_number, Role::received}, 2};

/// Null for a kind that this version does not know.
inline const Form* form_of(std::uint64_t kind) noexcept {
  switch (kind) {
    case static_cast<std::uint64_t>(ItemKind::message):
      return &kMessageForm;
    case static_cast<std::uint64_t>(ItemKind::watch):
    case static_cast<std::uint64_t>(ItemKind::unwatch):
    case static_cast<std::uint64_t>(ItemKind::terminated):
      return &kBetweenActorsForm;
    case static_cast<std::uint64_t>(ItemKind::ask_failed):
      return &kAskFailedForm;
    case static_cast<std::uint64_t>(ItemKind::part):
      return &kPartForm;
    case static_cast<std::uint64_t>(ItemKind::hello):
      return &kHelloForm;
    case static_cast<std::uint64_t>(ItemKind::bye):
      return &kByeForm;
    case static_cast<std::uint64_t>(ItemKind::relay):
      return &kRelayForm;
    case static_cast<std::uint64_t>(ItemKind::relayed):
      return &kRelayedForm;
    case static_cast<std::uint64_t>(ItemKind::not_relayed):
      return &kNotRelayedForm;
    case static_cast<std::uint64_t>(ItemKind::probe):
      return &kProbeForm;
    case static_cast<std::uint64_t>(ItemKind::probe_answer):
      return &kProbeAnswerForm;
    default:
      return nullptr;
  }
}

}  // namespace spinoff::serialization
