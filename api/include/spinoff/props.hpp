/// What it takes to make an actor: its class and arguments, bound ahead of the spawn.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/dispatch.hpp>

namespace spinoff {

template <class Routing, class To>
class Router;
struct PoolOptions;

namespace detail {

template <class A, class... Args>
concept RunsWith = requires(A& process, Args&... args) {
  { process.run(args...) } -> std::same_as<Task<>>;
};

/// Arguments go to the constructor; those of a process whose constructor does not take them, to
/// `run`.
template <class A, class... Args>
inline constexpr bool kRunTakesArguments =
    IsProcess<A> && !std::is_constructible_v<A, Args&...> && std::is_default_constructible_v<A> &&
    RunsWith<A, Args...>;

template <class A>
concept HasRun = requires { &A::run; };

template <class A, class... Args>
concept CallsRun = requires(A& process, Args&... args) { process.run(args...); };

// Arguments are kept as they were given, except those of `run` that would have to be converted to
// bind to a reference there: a literal for a `const std::string&`, say. Such a one is kept
// converted, since the coroutine needs what its parameter refers to for as long as it lives.
template <class Parameter, class Given>
using Kept = std::conditional_t<std::is_reference_v<Parameter> &&
                                    !std::is_convertible_v<Given*, std::decay_t<Parameter>*>,
                                std::decay_t<Parameter>, Given>;

template <class Run>
struct RunParameters {};
template <class A, class... Ps>
struct RunParameters<Task<> (A::*)(Ps...)> {
  using Types = std::tuple<Ps...>;
};
template <class A, class... Ps>
struct RunParameters<Task<> (A::*)(Ps...) const> : RunParameters<Task<> (A::*)(Ps...)> {};

/// A `run` that is neither overloaded nor a template.
template <class A>
concept HasOneRun = requires { typename RunParameters<decltype(&A::run)>::Types; };

template <class A, class... Args>
class ActorFactory final : public Factory {
  static constexpr bool kToRun = kRunTakesArguments<A, Args...>;
  static constexpr bool kToConstructor = std::is_constructible_v<A, Args&...>;
  static_assert(std::is_base_of_v<Behavior, A>,
                "only a class that derives from spinoff::Actor or spinoff::Process can be spawned");
  static_assert(alignof(A) <= kBlockUnit, "an actor may be aligned to 64 bytes at most");
  // One mistake, one message: each of these holds if the one before it does not.
  static constexpr bool kIsActor = std::is_base_of_v<Behavior, A>;
  static_assert(!IsProcess<A> || HasRun<A> || CallsRun<A> || CallsRun<A, Args...>,
                "a process needs a public `spinoff::Task<> run(...)`");
  static constexpr bool kRunReturnsTask =
      !IsProcess<A> ||
      ((!CallsRun<A> || RunsWith<A>) && (!CallsRun<A, Args...> || RunsWith<A, Args...>));
  static_assert(!kIsActor || kRunReturnsTask,
                "the run(...) of a process must be a coroutine: `spinoff::Task<> run(...)`");
  static_assert(!kIsActor || !kRunReturnsTask || kToRun || kToConstructor,
                "these arguments fit neither a public constructor of the actor nor, for a process, "
                "its `Task<> run(...)`; they are kept for restarts, so it gets lvalues of them");
  static_assert(
      !IsProcess<A> || !kRunReturnsTask || !kToConstructor || !HasRun<A> || RunsWith<A>,
      "a process is started with the arguments of its `Task<> run(...)`: spawn it with them, "
      "or give it a constructor that takes them and a run() without");

 public:
  template <class... Given>
  explicit ActorFactory(std::in_place_t /*tag*/, Given&&... given)
      : args_(std::forward<Given>(given)...) {}

  std::unique_ptr<Behavior> create() override {
    if constexpr (kToConstructor) {
      return std::apply([](auto&... args) { return std::make_unique<A>(args...); }, args_);
    } else {
      return std::make_unique<A>();
    }
  }

  Task<> run(Behavior& actor) override {
    if constexpr (kToRun) {
      return std::apply([&](auto&... args) { return static_cast<A&>(actor).run(args...); }, args_);
    } else if constexpr (IsProcess<A> && RunsWith<A>) {
      return static_cast<A&>(actor).run();
    } else {
      return {};
    }
  }

  [[nodiscard]] bool has_run() const noexcept override {
    return kToRun || (IsProcess<A> && RunsWith<A>);
  }

  void dispose() noexcept override {
    if constexpr (sizeof...(Args) != 0) {
      delete this;
    }
  }

 private:
  std::tuple<Args...> args_;  // kept for restarts
};

template <class A, class Indices, class... Args>
struct FactoryFor {
  using Type = ActorFactory<A, Args...>;
};
template <class A, std::size_t... I, class... Args>
  requires(kRunTakesArguments<A, Args...> && HasOneRun<A>)
struct FactoryFor<A, std::index_sequence<I...>, Args...> {
  using Parameters = typename RunParameters<decltype(&A::run)>::Types;
  using Type = ActorFactory<A, Kept<std::tuple_element_t<I, Parameters>, Args>...>;
};

// Characters that are pointed to may be gone when the actor is made, so they are kept as a string
// wherever the actor takes one.
template <class Arg>
using Text = std::conditional_t<std::is_convertible_v<std::decay_t<Arg>, const char*>, std::string,
                                std::decay_t<Arg>>;
template <class A, class... Args>
inline constexpr bool kTakesText =
    kRunTakesArguments<A, Text<Args>...> || std::is_constructible_v<A, Text<Args>&...>;

template <class A, class... Args>
using Made = typename std::conditional_t<
    kTakesText<A, Args...>, FactoryFor<A, std::index_sequence_for<Args...>, Text<Args>...>,
    FactoryFor<A, std::index_sequence_for<Args...>, std::decay_t<Args>...>>::Type;

template <class A, class... Args>
FactoryPtr make_factory(Args&&... args) {
  if constexpr (sizeof...(Args) == 0) {
    static Made<A> shared{std::in_place};
    return FactoryPtr(&shared);
  } else {
    return FactoryPtr(new Made<A, Args...>(std::in_place, std::forward<Args>(args)...));
  }
}

}  // namespace detail

/// An actor class with some of its arguments. Made by `props<A>(args...)`; `bind` adds more behind
/// them. Arguments are kept as long as the actor lives, since a restart needs them again: the
/// actor's constructor (or a process's `run`) gets lvalues of them.
template <class A, class... Args>
class Props {
 public:
  using ActorClass = A;

  explicit Props(std::tuple<Args...> args) : args_(std::move(args)) {}

  template <class... More>
  [[nodiscard]] Props<A, Args..., std::decay_t<More>...> bind(More&&... more) const {
    return Props<A, Args..., std::decay_t<More>...>(
        std::tuple_cat(args_, std::tuple<std::decay_t<More>...>(std::forward<More>(more)...)));
  }

  [[nodiscard]] detail::FactoryPtr factory() const {
    return std::apply([](const Args&... args) { return detail::make_factory<A>(args...); }, args_);
  }

 private:
  std::tuple<Args...> args_;
};

/// `spawn(props<Worker>("db", 3))`.
template <class A, class... Args>
[[nodiscard]] Props<A, std::decay_t<Args>...> props(Args&&... args) {
  return Props<A, std::decay_t<Args>...>(
      std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...));
}

namespace detail {

template <class T>
inline constexpr bool kIsProps = false;
template <class A, class... Args>
inline constexpr bool kIsProps<Props<A, Args...>> = true;

/// `spawn` in all its forms, for whoever knows its cell as `spawner()`.
template <class Derived, template <class> class RefTo>
class Spawns {
 public:
  /// Spawns an A with these arguments, under a made-up name such as `$A-1`. Never waits: the actor
  /// is constructed in its first turn, and what is sent before waits for it. Throws SpawnFailed.
  template <class A, class... Args>
    requires(!(kIsProps<std::decay_t<Args>> || ...))
  RefTo<A> spawn(Args&&... args) {
    return start<A>({}, make_factory<A>(std::forward<Args>(args)...));
  }
  /// The same with options: `spawn<Echo>({.name = "echo"}, args...)`. Also throws InvalidName and
  /// NameConflict.
  template <class A, class... Args>
  RefTo<A> spawn(SpawnOptions options, Args&&... args) {
    return start<A>(std::move(options), make_factory<A>(std::forward<Args>(args)...));
  }
  template <class A, class... Args>
  RefTo<A> spawn(const Props<A, Args...>& props, SpawnOptions options = {}) {
    return start<A>(std::move(options), props.factory());
  }

  /// Spawns an actor whose children are `options.size` actors of class A, each with these
  /// arguments, and gives a router to them: `spawn_pool<Worker>(RoundRobin{}, {.size = 4}, "db")`.
  /// Throws what `spawn` does, and std::invalid_argument for no size. (In <spinoff/router.hpp>.)
  template <class A, class Routing, class... Args>
  Router<Routing, RefTo<A>> spawn_pool(Routing routing, const PoolOptions& options, Args&&... args);
  template <class Routing, class A, class... Args>
  Router<Routing, RefTo<A>> spawn_pool(Routing routing, const PoolOptions& options,
                                       const Props<A, Args...>& props);

 private:
  template <class A>
  RefTo<A> start(SpawnOptions options, FactoryPtr factory) {
    return RefTo<A>(detail::spawn(static_cast<Derived*>(this)->spawner(), kActorType<A>,
                                  std::move(factory), std::move(options)));
  }
};

}  // namespace detail
}  // namespace spinoff
