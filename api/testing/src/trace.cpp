#include <chrono>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <spinoff/detail/routed.hpp>
#include <spinoff/engine/encoded.hpp>
#include <spinoff/engine/encoded_run.hpp>
#include <spinoff/testing/trace.hpp>

namespace spinoff::testing {

using spinoff::detail::MessageKind;
using spinoff::detail::RefAccess;

namespace {

// Of a message that lies in a mailbox, maybe in something else.
std::string_view type_name(engine::Envelope& message) {
  switch (message.type().kind) {
    case MessageKind::encoded:
      return message.as<engine::Encoded>().type->name;
    case MessageKind::encoded_run:
      return message.as<engine::EncodedRun>().type().name;
    case MessageKind::routed:
      return type_name(*message.as<spinoff::detail::Routed>().message);
    case MessageKind::poison:
      return "a poison";
    case MessageKind::scheduled:
      return "the message of a timer";
    case MessageKind::ticket:
      return "what waited for room";
    case MessageKind::silence_check:
      return "a look at its receive timeout";
    default:
      return message.type().name;
  }
}

}  // namespace

void Trace::handles(engine::Cell& cell, engine::Envelope& message) const {
  const spinoff::detail::Sender from = message.sender();
  const Ref sender = RefAccess::hold(from.target, from.generation);
  line(fmt::format("{} gets {}{}", name_of(cell.ref()), type_name(message),
                   sender ? " from " + name_of(sender) : std::string()));
}

void Trace::line(std::string_view text) const {
  if (out_ != nullptr) {
    const std::chrono::duration<double> seconds = clock_.since_start();
    fmt::print(*out_, "{:13.6f} s  {}\n", seconds.count(), text);
  }
}

// Not as a URI: to write that of an ask publishes it.
std::string Trace::name_of(const Ref& ref) const {
  const spinoff::detail::Target* const target = RefAccess::target(ref);
  const auto node = names_.find(target->anchor());
  std::string name = node == names_.end() ? std::string() : node->second;
  switch (target->kind()) {
    case spinoff::detail::TargetKind::ask:
      return name + "/(an ask)";
    case spinoff::detail::TargetKind::name:
      return ref.uri().to_string();
    default:
      return name + static_cast<const engine::Cell*>(target)->path();
  }
}

}  // namespace spinoff::testing
