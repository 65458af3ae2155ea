/// An actor written as one coroutine that asks for the messages it wants.
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

#include <spinoff/actor.hpp>
#include <spinoff/any_message.hpp>
#include <spinoff/task.hpp>

namespace spinoff {

class Process;

namespace detail {

/// Messages that came and were not asked for yet, by type, so that a `get` looks only at its own.
class KeptMessages {
 public:
  using Accepts = bool (*)(const void* filter, const void* message);

  void add(EnvelopePtr message);
  /// The oldest message of one of these types that the filter accepts; null if there is none.
  EnvelopePtr take(const MessageType* const* types, std::size_t count, const void* filter,
                   Accepts accepts);
  EnvelopePtr take_any();
  /// The oldest message as it came: one of a timer is still to be claimed.
  EnvelopePtr take_oldest();
  [[nodiscard]] bool empty() const noexcept;
  [[nodiscard]] bool has_end_of(const Ref& actor) const;
  /// Gives up what tells of that actor's end.
  void drop_end_of(const Ref& actor);

 private:
  struct Kept {
    std::uint64_t order;
    EnvelopePtr message;
  };
  using Queue = std::deque<Kept>;
  EnvelopePtr take_at(Queue& queue, std::size_t index);
  EnvelopePtr take_wanted(const MessageType* const* types, std::size_t count, const void* filter,
                          Accepts accepts);

  std::unordered_map<const MessageType*, Queue> by_type_;
  std::uint64_t last_order_ = 0;
};

/// Where a process waits for a message.
class MessageWait : public Wait {
 public:
  ~MessageWait() override;
  [[nodiscard]] Kind kind() const noexcept override { return Kind::message; }
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);

 protected:
  MessageWait(Process& process, const MessageType* const* types, std::size_t count,
              const void* filter, KeptMessages::Accepts accepts) noexcept
      : process_(process), types_(types), count_(count), filter_(filter), accepts_(accepts) {}
  EnvelopePtr result() {
    rethrow_if_interrupted();
    return std::move(message_);
  }

 private:
  friend class spinoff::Process;
  [[nodiscard]] bool wants(const MessageType& type, const void* message) const;

  Process& process_;
  const MessageType* const* types_;  // none: any message
  std::size_t count_;
  const void* filter_;
  KeptMessages::Accepts accepts_;
  EnvelopePtr message_;
};

template <class... Ts>
inline constexpr const MessageType* kTypes[] = {&kMessageType<Ts>...};

/// `get<T>()`, `get<A, B>()`.
template <class... Ts>
struct [[nodiscard]] Get {
  Process& process;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(Process& process)
        : MessageWait(process, kTypes<Ts...>, sizeof...(Ts), nullptr, nullptr) {
      (static_cast<void>(message_type<Ts>()), ...);
    }
    auto await_resume() {
      const EnvelopePtr message = result();
      if constexpr (sizeof...(Ts) == 1) {
        return std::move(message->template as<Ts...>());
      } else {
        return pick<Ts...>(*message);
      }
    }

   private:
    template <class T, class... Rest>
    static std::variant<Ts...> pick(Envelope& message) {
      if constexpr (sizeof...(Rest) != 0) {
        if (&message.type() != &kMessageType<T>) {
          return pick<Rest...>(message);
        }
      }
      return std::move(message.as<T>());
    }
  };
  Awaiter operator co_await() const { return Awaiter(process); }
};

/// `get()`.
template <>
struct [[nodiscard]] Get<> {
  Process& process;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(Process& process) : MessageWait(process, nullptr, 0, nullptr, nullptr) {}
    AnyMessage await_resume() { return AnyMessage(result()); }
  };
  Awaiter operator co_await() const { return Awaiter(process); }
};

/// `get(predicate)`.
template <class T, class Predicate>
struct [[nodiscard]] GetIf {
  Process& process;
  Predicate predicate;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(const GetIf& get)
        : MessageWait(get.process, kTypes<T>, 1, &get.predicate,
                      [](const void* filter, const void* message) {
                        return static_cast<bool>((*static_cast<const Predicate*>(filter))(
                            *static_cast<const T*>(message)));
                      }) {
      static_cast<void>(message_type<T>());
    }
    T await_resume() { return std::move(this->result()->template as<T>()); }
  };
  Awaiter operator co_await() const { return Awaiter(*this); }
};

template <class F>
struct ArgumentOf;
template <class C, class R, class T>
struct ArgumentOf<R (C::*)(T) const> {
  using Type = std::remove_cvref_t<T>;
};
template <class P>
using PredicateArgument = typename ArgumentOf<decltype(&P::operator())>::Type;

}  // namespace detail

/// Derive from it and write `Task<> run(...)`. The arguments of `spawn` go to `run` (or to the
/// constructor, if that takes them). `run` starts after construction; when it returns the process
/// stops, and what it throws goes to its supervisor. Messages that nobody asks for are kept, in
/// order.
class Process : public Actor {
 protected:
  /// `co_await get<Ack>()`: the oldest message that is an Ack; `get<A, B>()`: that is one of these,
  /// as a std::variant; `get()`: whatever it is, as an AnyMessage. Other messages stay for later.
  template <class... Ts>
  detail::Get<Ts...> get() {
    return {*this};
  }
  /// `co_await get([](const Ack& ack) { return ack.id == 3; })`: the oldest that it accepts.
  template <class Predicate>
    requires requires { &Predicate::operator(); }
  detail::GetIf<detail::PredicateArgument<Predicate>, Predicate> get(Predicate predicate) {
    return {*this, std::move(predicate)};
  }
  /// The same as `with_timeout(limit, get<Ts...>())`: throws Timeout.
  template <class... Ts>
  detail::Timed<detail::Get<Ts...>> get(std::chrono::nanoseconds limit) {
    return {limit, {*this}};
  }
  /// The oldest T that has come, if there is one now. Never waits.
  template <class T>
  std::optional<T> get_nowait() {
    if (!look_for_messages()) {
      return std::nullopt;
    }
    if (const detail::EnvelopePtr message = kept_.take(detail::kTypes<T>, 1, nullptr, nullptr)) {
      note_sender(*message);
      return std::move(message->as<T>());
    }
    return std::nullopt;
  }
  /// See Actor::watch. While a `Terminated` of that actor is kept, it is still the one that comes.
  template <std::derived_from<Ref> R>
  R watch(R actor) {
    return kept_.has_end_of(actor) ? actor : Actor::watch(std::move(actor));
  }
  /// See Actor::unwatch; a `Terminated` of that actor that is kept goes as well.
  void unwatch(const Ref& actor);
  /// Gives up all kept messages: each becomes an UnhandledMessage event.
  void flush();

  /// Who sent the message that was got last.
  [[nodiscard]] Ref sender() const noexcept {
    return held_sender_ ? Ref(held_sender_)
                        : detail::RefAccess::borrow(sender_.target, sender_.generation);
  }
  /// Sends a message on in the name of who sent the message that was got last.
  template <class M>
    requires(!std::is_same_v<std::decay_t<M>, AnyMessage>)
  void forward(const Ref& to, M&& message) const {
    pass_on(to,
            detail::Envelope::make<detail::Payload<M>>(detail::Sender{}, std::forward<M>(message)));
  }
  /// The same with what `get()` gave, which must be copyable, else std::invalid_argument.
  void forward(const Ref& to, const AnyMessage& message) const;

 public:
  // What is for actors with handlers. As templates, these say so only where they are used.

  /// What nobody asks for is kept; see `flush`.
  void unhandled() = delete;
  template <class P = Process>
  void stash() {
    static_assert(!std::is_same_v<P, Process>,
                  "a process need not stash: what it does not ask for is kept until it does");
  }
  template <class P = Process>
  void unstash_all() {
    stash<P>();
  }
  template <class P = Process>
  void set_receive_timeout(std::chrono::nanoseconds /*limit*/) {
    static_assert(!std::is_same_v<P, Process>,
                  "a process says how long it waits where it waits: `co_await get<M>(5s)`");
  }
  detail::EnvelopePtr take_kept() override { return kept_.take_oldest(); }
  [[nodiscard]] bool has_kept() const noexcept override { return !kept_.empty(); }
  void refuse_asker(std::string_view reason) override;
  /// For the engine.
  static detail::Handled receive_any(detail::Behavior& process, detail::EnvelopePtr& message);

 private:
  friend class detail::MessageWait;
  void note_sender(const detail::Envelope& message);
  void pass_on(const Ref& to, detail::EnvelopePtr message) const;
  bool look_for_messages();

  detail::KeptMessages kept_;
  detail::MessageWait* waiting_ = nullptr;
  detail::Sender sender_;
  Ref held_sender_;  // an ask or a name at another node, which nobody else holds
};

}  // namespace spinoff
