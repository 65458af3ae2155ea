/// One of several actors for each message, or all of them: chosen where the message is sent.
///
///     Router workers(RoundRobin{}, {a, b, c});                              // a group
///     auto workers = spawn_pool<Worker>(SmallestMailbox{}, {.size = 4}, "db");  // a pool
///     workers << Job{1};
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <spinoff/ask.hpp>
#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/pickers.hpp>
#include <spinoff/detail/routees.hpp>
#include <spinoff/props.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/routing.hpp>
#include <spinoff/send_when_room.hpp>
#include <spinoff/supervision.hpp>
#include <spinoff/typed_ref.hpp>

namespace spinoff {

struct PoolOptions {
  /// Of the pool's own actor, the parent of the routees; see SpawnOptions.
  std::string name = {};
  /// Routees to begin with; at least 1.
  std::size_t size = 0;
  /// What becomes of a routee that fails.
  Decision on_failure = Decision::Default;
  /// Of each routee; see SpawnOptions.
  MailboxOptions mailbox = {};
  /// Which threads run the routees.
  Dispatcher dispatcher = Dispatcher::pool;
};

namespace detail {

/// What a pool's actor keeps when it is restarted.
struct PoolPlan {
  const ActorType& type;
  std::function<FactoryPtr()> make_factory;
  PoolOptions options;
  std::shared_ptr<Routees> routees;
};

/// Spawns the pool's actor and the routees. Throws std::invalid_argument for a pool without any.
Ref spawn_pool(engine::Cell& parent, PoolPlan plan);

/// A message that found no routee: a dead letter of the pool's actor, or of nobody.
void refuse_routed(const Ref& pool, EnvelopePtr message);

template <class Routing>
inline constexpr bool kRoutesToAll =
    std::is_same_v<Routing, Broadcast> || std::is_same_v<Routing, ScatterGatherFirst>;

}  // namespace detail

/// Used like a ref. A value: copies share the routees and their turns. Any thread, also one Router
/// by several threads. Sending takes three atomic steps on a cache line that all senders share, and
/// no lock; SmallestMailbox adds a second envelope and a look at each routee. Whoever handles the
/// message sees the sender, and no router in between.
template <class Routing, class To = Ref>
class Router {
  static constexpr bool kToAll = detail::kRoutesToAll<Routing>;

 public:
  /// A group: of actors that somebody else spawned, and that stay in it, dead or alive, until they
  /// are removed.
  Router(Routing routing, const std::vector<To>& routees) : Router(std::move(routing)) {
    state_->routees.add(std::vector<Ref>(routees.begin(), routees.end()));
  }
  Router(Routing routing, std::initializer_list<To> routees)
      : Router(std::move(routing), std::vector<To>(routees)) {}

  template <class M>
  const Router& operator<<(M&& message) const {
    send(std::forward<M>(message));
    return *this;
  }

  /// Never blocks. Without a routee the message is a dead letter. Throws MailboxFull where a Ref
  /// does; a Broadcast has then gone to all others.
  template <class M>
  void send(M&& message) const {
    static_assert(!std::is_same_v<Routing, ScatterGatherFirst>,
                  "the first reply is for who asks: use ask, or a Broadcast");
    check<M>();
    const detail::Routees::Reading table(state_->routees);
    if constexpr (std::is_same_v<Routing, Broadcast>) {
      send_all(*table, std::forward<M>(message));
    } else if constexpr (!kToAll) {
      auto sent = detail::Envelope::make<detail::Payload<M>>(detail::this_sender(),
                                                             std::forward<M>(message));
      const std::uint64_t key = state_->picker.key(sent->template as<detail::Payload<M>>());
      deliver(*table, key, std::move(sent));
    }
  }

  /// Waits for room at the routee that is chosen now. See Ref::send_when_room.
  template <class M>
  [[nodiscard]] SendWhenRoom send_when_room(M&& message) const {
    static_assert(!kToAll, "only a message to one routee can wait for room");
    check<M>();
    const detail::Routees::Reading table(state_->routees);
    auto sent =
        detail::Envelope::make<detail::Payload<M>>(detail::this_sender(), std::forward<M>(message));
    if (table->routees.empty()) {
      return {state_->pool, std::move(sent)};
    }
    const std::uint64_t key = state_->picker.key(sent->template as<detail::Payload<M>>());
    const detail::Routee& routee = table->routees[state_->picker.pick(*table, key)];
    return {routee.ref, counted(routee, std::move(sent))};
  }

  /// Asks the routee that the message goes to; ScatterGatherFirst asks all, for the first reply.
  /// See TypedRef::ask.
  template <class Declared = detail::DeclaredReply, class M>
  [[nodiscard]] Future<detail::ReplyTo<Declared, M>> ask(
      M&& message, std::chrono::nanoseconds timeout = std::chrono::seconds(5)) const {
    using Reply = detail::ReplyTo<Declared, M>;
    static_assert(!std::is_same_v<Routing, Broadcast>,
                  "an ask gets one reply, but a Broadcast goes to all: use ScatterGatherFirst");
    check<M>();
    const detail::Routees::Reading table(state_->routees);
    auto sent =
        detail::Envelope::make<detail::Payload<M>>(detail::Sender{}, std::forward<M>(message));
    if (table->routees.empty()) {
      return Future<Reply>(detail::AskHandle({state_->pool, std::move(sent)}, timeout));
    }
    if constexpr (kToAll) {
      return Future<Reply>(ask_all<detail::Payload<M>>(*table, std::move(sent), timeout));
    } else {
      const std::uint64_t key = state_->picker.key(sent->template as<detail::Payload<M>>());
      const detail::Routee& routee = table->routees[state_->picker.pick(*table, key)];
      return Future<Reply>(
          detail::AskHandle({routee.ref, counted(routee, std::move(sent))}, timeout));
    }
  }

  /// From now on `routee` gets its share. A pool does not watch what it has not spawned.
  void add(const To& routee) const { state_->routees.add(routee); }
  /// It gets nothing more. One of a pool lives on: poison it to let it finish what it has.
  void remove(const Ref& routee) const { state_->routees.remove(routee); }
  /// Those of now.
  [[nodiscard]] std::vector<To> routees() const {
    const detail::Routees::Reading table(state_->routees);
    std::vector<To> refs;
    for (const detail::Routee& routee : table->routees) {
      refs.push_back(To(routee.ref));
    }
    return refs;
  }
  /// The actor of a pool, to stop or watch it; nobody for a group.
  [[nodiscard]] const Ref& pool() const noexcept { return state_->pool; }

 private:
  template <class Derived, template <class> class RefTo>
  friend class detail::Spawns;

  struct State {
    explicit State(Routing routing) : picker(std::move(routing)), routees(picker.table_options()) {}
    detail::Picker<Routing> picker;
    detail::Routees routees;
    Ref pool;  // set before any copy is made
  };

  explicit Router(Routing routing) : state_(std::make_shared<State>(std::move(routing))) {}

  template <class M>
  static constexpr void check() {
    if constexpr (requires { typename To::Protocol; }) {
      detail::check_taken<typename To::Protocol, M>();
    }
    static_assert(!kToAll || std::is_copy_constructible_v<detail::Payload<M>>,
                  "a message that goes to several actors must be copyable");
  }

  static detail::EnvelopePtr counted(const detail::Routee& routee, detail::EnvelopePtr message) {
    if constexpr (std::is_same_v<Routing, SmallestMailbox>) {
      if (routee.load != nullptr) {
        return detail::Routed::wrap(std::move(message), routee.load);
      }
    }
    return message;
  }

  void deliver(const detail::RouteTable& table, std::uint64_t key,
               detail::EnvelopePtr message) const {
    if (table.routees.empty()) [[unlikely]] {
      detail::refuse_routed(state_->pool, std::move(message));
      return;
    }
    const detail::Routee& routee = table.routees[state_->picker.pick(table, key)];
    detail::deliver(detail::RefAccess::target(routee.ref),
                    detail::RefAccess::generation(routee.ref), counted(routee, std::move(message)));
  }

  template <class M>
  void send_all(const detail::RouteTable& table, M&& message) const {
    if (table.routees.empty()) {
      detail::refuse_routed(state_->pool, detail::Envelope::make<detail::Payload<M>>(
                                              detail::this_sender(), std::forward<M>(message)));
      return;
    }
    const detail::Payload<M> original(std::forward<M>(message));
    std::exception_ptr first;
    for (const detail::Routee& routee : table.routees) {
      try {
        routee.ref << original;
      } catch (...) {
        first = first == nullptr ? std::current_exception() : first;
      }
    }
    if (first != nullptr) {
      std::rethrow_exception(first);
    }
  }

  template <class P>
  static detail::AskHandle ask_all(const detail::RouteTable& table, detail::EnvelopePtr message,
                                   std::chrono::nanoseconds timeout) {
    std::vector<detail::Question> questions;
    questions.reserve(table.routees.size());
    for (const detail::Routee& routee : table.routees) {
      questions.push_back({routee.ref, detail::Envelope::make<P>(detail::Sender{},
                                                                 std::as_const(message->as<P>()))});
    }
    return {questions.data(), questions.size(), timeout};
  }

  std::shared_ptr<State> state_;
};

namespace detail {

template <class Derived, template <class> class RefTo>
template <class A, class Routing, class... Args>
Router<Routing, RefTo<A>> Spawns<Derived, RefTo>::spawn_pool(Routing routing,
                                                             const PoolOptions& options,
                                                             Args&&... args) {
  return spawn_pool(std::move(routing), options, props<A>(std::forward<Args>(args)...));
}

template <class Derived, template <class> class RefTo>
template <class Routing, class A, class... Args>
Router<Routing, RefTo<A>> Spawns<Derived, RefTo>::spawn_pool(Routing routing,
                                                             const PoolOptions& options,
                                                             const Props<A, Args...>& props) {
  Router<Routing, RefTo<A>> router(std::move(routing));
  const auto& state = router.state_;
  state->pool =
      detail::spawn_pool(static_cast<Derived*>(this)->spawner(),
                         PoolPlan{.type = kActorType<A>,
                                  .make_factory = [props] { return props.factory(); },
                                  .options = options,
                                  .routees = std::shared_ptr<Routees>(state, &state->routees)});
  return router;
}

}  // namespace detail
}  // namespace spinoff
