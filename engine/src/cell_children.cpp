// What follows an error of a child, in its parent.
//
// The parent is asked about each error once, or never: an error that the child's own stop or
// restart has overtaken is ignored, which the child tells (see OpenError). A decision for all
// children is an Order, which each of them gets, with a number. An error that a child sent before
// the order has reached it is answered by the order, and is ignored, too: it names the latest order
// that the child knew of. (Children that were spawned since know of none; so the parent remembers
// to whom the order went.)
//
// Children that a restart keeps are held until the new instance is there. It then decides about
// what they have sent meanwhile; a child whose error made the parent fail is restarted like it.
#include <algorithm>
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/events.hpp>

namespace spinoff::engine {

using detail::RefAccess;

namespace {

std::pair<const void*, std::uint32_t> life_of(const Ref& actor) {
  return {RefAccess::target(actor), RefAccess::generation(actor)};
}

}  // namespace

void Cell::decide(const ChildFailed& failed) {
  const bool restarting = condition_.state == State::restarting;
  if (condition_.state == State::stopping || condition_.state == State::finishing ||
      (restarting && !supervision().keeps_children) || was_ordered_since(failed)) {
    return;  // the child is stopped or restarted anyway, and then tells that it was ignored
  }
  if (restarting || instance_ == nullptr) {
    supervision().postponed.push_back(failed);
    return;
  }
  if (!failed.open->take()) {
    return;
  }
  if (instance_->decides_later(ChildError{failed.shown, failed.error}, failed.number)) {
    return;
  }
  const Decision decision = ask_supervise(failed);
  if (decision.kind() == Decision::Escalate) {
    if (is_guardian()) {
      node().publish_error(ref(), failed.error, {});
      // Not held until the end: the phases of the stop may wait for its reply.
      send_system(failed.child, Decided{Decision::Stop, failed.number});
      node().request_stop(StopReason::failure);
    } else {
      supervision().escalated.emplace_back(failed.child, failed.number);
      fail(failed.error);
    }
  } else if (decision.for_all()) {
    order_all(decision, failed.error);
  } else {
    send_system(failed.child, Decided{decision, failed.number});
  }
}

Decision Cell::ask_supervise(const ChildFailed& failed) noexcept {
  Decision decision = Decision::Escalate;
  try {
    decision = instance_->supervise(ChildError{failed.shown, failed.error});
  } catch (...) {
    node().publish_error(ref(), std::current_exception(), {});
  }
  if (decision.kind() != Decision::Default) {
    return decision;
  }
  const Decision by_default = default_decision(failed.error);
  return decision.for_all() ? all_for_one(by_default) : by_default;
}

void Cell::order_all(const Decision& decision, const std::exception_ptr& reason) {
  SupervisionState& more = supervision();
  Order order{.kind = decision.kind(),
              .keep_children = decision.how().keep_children,
              .reason = reason,
              .number = ++more.ordered};
  if (order.kind == Decision::Restart) {
    const auto delay =
        more.common_restarts.next(decision.how(), node().timers().now(), node().random());
    if (delay.has_value()) {
      order.delay = *delay;
    } else {
      order.kind = Decision::Stop;
    }
  }
  more.recipients.clear();
  for (const Ref& child : children_.all()) {
    more.recipients.push_back(life_of(child));
    send_system(child, order);
  }
  std::ranges::sort(more.recipients);
}

bool Cell::was_ordered_since(const ChildFailed& failed) const {
  if (extras_ == nullptr || extras_->supervision == nullptr) {
    return false;
  }
  const SupervisionState& more = *extras_->supervision;
  return failed.obeyed < more.ordered &&
         std::ranges::binary_search(more.recipients, life_of(failed.child));
}

void Cell::release_kept() {
  SupervisionState& more = supervision();
  if (!std::exchange(more.keeps_children, false)) {
    return;
  }
  for (const auto& [child, number] : std::exchange(more.escalated, {})) {
    send_system(child, Decided{Decision::Restart, number});
  }
  hold_children(false);
  for (const ChildFailed& failed : std::exchange(more.postponed, {})) {
    decide(failed);
  }
}

}  // namespace spinoff::engine
