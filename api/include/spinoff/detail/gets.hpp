/// The forms of `get`: plain values, which become waits where they are awaited.
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <spinoff/any_message.hpp>
#include <spinoff/detail/kept_messages.hpp>
#include <spinoff/task.hpp>

namespace spinoff {

class Process;

namespace detail {

/// Where a process waits for a message.
class MessageWait : public Wait {
 public:
  ~MessageWait() override;
  [[nodiscard]] Kind kind() const noexcept override { return Kind::message; }
  bool await_ready();
  void await_suspend(std::coroutine_handle<> handle);

 protected:
  MessageWait(Process& process, const Wanted& wanted) noexcept
      : process_(process), wanted_(wanted) {}
  EnvelopePtr result() {
    rethrow_if_interrupted();
    return std::move(message_);
  }

 private:
  friend class spinoff::Process;
  Process& process_;
  Wanted wanted_;
  EnvelopePtr message_;
};

template <class... Ts>
inline constexpr const MessageType* kTypes[] = {&kMessageType<Ts>...};

template <class... Ts>
Wanted wanted_types() {
  (static_cast<void>(message_type<Ts>()), ...);
  return {.types = kTypes<Ts...>, .count = sizeof...(Ts)};
}

template <class T, class... Rest, class... Ts>
std::variant<Ts...> alternative_of(std::variant<Ts...>* /*tag*/, Envelope& message) {
  if constexpr (sizeof...(Rest) != 0) {
    if (&message.type() != &kMessageType<T>) {
      return alternative_of<Rest...>(static_cast<std::variant<Ts...>*>(nullptr), message);
    }
  }
  return std::move(message.as<T>());
}

/// Moves the only one of these out, or whichever it is as a variant.
template <class... Ts>
auto taken_as(Envelope& message) {
  if constexpr (sizeof...(Ts) == 1) {
    return std::move(message.as<Ts...>());
  } else {
    return alternative_of<Ts...>(static_cast<std::variant<Ts...>*>(nullptr), message);
  }
}

/// `get<T>()`, `get<A, B>()`.
template <class... Ts>
struct [[nodiscard]] Get {
  Process& process;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(Process& process) : MessageWait(process, wanted_types<Ts...>()) {}
    auto await_resume() { return taken_as<Ts...>(*this->result()); }
  };
  Awaiter operator co_await() const { return Awaiter(process); }
};

/// `get()`.
template <>
struct [[nodiscard]] Get<> {
  Process& process;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(Process& process) : MessageWait(process, {}) {}
    AnyMessage await_resume() { return AnyMessage(result()); }
  };
  Awaiter operator co_await() const { return Awaiter(process); }
};

template <class F>
struct ArgumentOf;
template <class C, class R, class T>
struct ArgumentOf<R (C::*)(T) const> {
  using Type = std::remove_cvref_t<T>;
};
template <class C, class R, class T>
struct ArgumentOf<R (C::*)(T) const noexcept> {
  using Type = std::remove_cvref_t<T>;
};
/// What a predicate looks at.
template <class P>
using Examined = typename ArgumentOf<decltype(&P::operator())>::Type;

template <class P>
concept Predicate = requires { typename Examined<P>; };

// That GCC cannot be trusted with what is made in a `co_await` expression.
template <class... Predicates>
constexpr void check_made_before() {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
  static_assert(((std::is_lvalue_reference_v<Predicates> ||
                  std::is_trivially_destructible_v<std::remove_cvref_t<Predicates>>) &&
                 ...),
                "GCC 12 destroys a lambda twice that is made inside of a co_await expression: make "
                "one that captures more than numbers and references in the line before, and give "
                "get() its name");
#endif
}

/// Predicates and a time limit behind them.
template <class... Args>
inline constexpr bool kPredicatesAndLimit = false;
template <Predicate P, class... Rest>
inline constexpr bool kPredicatesAndLimit<P, Rest...> = kPredicatesAndLimit<Rest...>;
template <Predicate P, std::convertible_to<std::chrono::nanoseconds> Limit>
inline constexpr bool kPredicatesAndLimit<P, Limit> = true;

template <class... Ts>
inline constexpr bool kDiffer = true;
template <class T, class... Rest>
inline constexpr bool kDiffer<T, Rest...> = (!std::is_same_v<T, Rest> && ...) && kDiffer<Rest...>;

/// `get(predicate)`, `get(predicate_of_a, predicate_of_b)`.
template <class... Predicates>
struct [[nodiscard]] GetIf {
  static_assert(kDiffer<Examined<Predicates>...>,
                "two of these predicates look at messages of one type: make them one");
  Process& process;
  std::tuple<Predicates...> predicates;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(const GetIf& get) : MessageWait(get.process, wanted(get.predicates)) {}
    auto await_resume() { return taken_as<Examined<Predicates>...>(*this->result()); }

   private:
    static Wanted wanted(const std::tuple<Predicates...>& predicates) {
      Wanted wanted = wanted_types<Examined<Predicates>...>();
      wanted.accepts = [](const void* filter, const Content& message) {
        return std::apply(
            [&](const Predicates&... each) { return (accepts(each, message) || ...); },
            *static_cast<const std::tuple<Predicates...>*>(filter));
      };
      wanted.filter = &predicates;
      if constexpr ((std::is_empty_v<Predicates> && ...)) {
        wanted.pure = &kTag;
      }
      return wanted;
    }
    static constexpr char kTag = 0;  // its address is these predicates' name
    template <class P>
    static bool accepts(const P& predicate, const Content& message) {
      using T = Examined<P>;
      return &message.type == &kMessageType<T> && static_cast<bool>(predicate(message.as<T>()));
    }
  };
  Awaiter operator co_await() const { return Awaiter(*this); }
};

template <class Member>
struct OwnerOf;
template <class T, class M>
struct OwnerOf<M T::*> {
  using Type = T;
};

/// `get<&T::member>(value)`.
template <auto Member>
struct [[nodiscard]] GetBy {
  using Message = typename OwnerOf<decltype(Member)>::Type;
  using Value = std::remove_cvref_t<std::invoke_result_t<decltype(Member), const Message&>>;
  static_assert(
      requires(const Value& value) {
        { std::hash<Value>()(value) } -> std::convertible_to<std::size_t>;
        { value == value } -> std::convertible_to<bool>;
      }, "messages are found by a member that has == and a std::hash: use a predicate for others");

  Process& process;
  Value value;

  class Awaiter final : public MessageWait {
   public:
    explicit Awaiter(const GetBy& get) : MessageWait(get.process, wanted(get.value)) {}
    Message await_resume() { return std::move(this->result()->template as<Message>()); }

   private:
    static decltype(auto) member(const Content& message) {
      return std::invoke(Member, message.as<Message>());
    }
    static Wanted wanted(const Value& value) {
      Wanted wanted = wanted_types<Message>();
      wanted.accepts = [](const void* filter, const Content& message) {
        return static_cast<bool>(member(message) == *static_cast<const Value*>(filter));
      };
      wanted.filter = &value;
      wanted.hash = [](const Content& message) -> std::size_t {
        return std::hash<Value>()(member(message));
      };
      wanted.hashed = std::hash<Value>()(value);
      return wanted;
    }
  };
  Awaiter operator co_await() const { return Awaiter(*this); }
};

}  // namespace detail
}  // namespace spinoff
