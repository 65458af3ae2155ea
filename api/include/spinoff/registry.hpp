/// Actor classes that can be spawned by their names, from a command line or a configuration.
///
/// One line at namespace scope, in a source file, makes a class known:
///
///     const spinoff::Registered<Echo> kEcho;
///     const spinoff::Registered<Greeter> kGreeter{"other_actor"};  // Task<> run(Ref other_actor)
///     const spinoff::Registered<Worker, int, std::string> kWorker{"count", "name"};
///
/// The class's own dotted name (see type_name.hpp) is the name to spawn it by. The texts name its
/// parameters, in order. Their types are those of a process's `run`, or else the template arguments
/// behind the class; values of these types go where `spawn` would bring them.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <spinoff/node.hpp>
#include <spinoff/parameters.hpp>
#include <spinoff/props.hpp>
#include <spinoff/task.hpp>
#include <spinoff/type_name.hpp>

namespace spinoff {

namespace engine {
class NodeCore;
}

/// There is no such actor class, or there are two. `what()` says what there is.
class UnknownActorClass : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An actor class with a name and named parameters; see Registered. Any thread.
class ActorClass {
 public:
  struct Parameter {
    std::string_view name;
    /// In words: `a text`, `a signed 32-bit integer`.
    std::string type;
  };

  ActorClass(const ActorClass&) = delete;
  ActorClass& operator=(const ActorClass&) = delete;

  /// Such as `app.Worker`.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<Parameter>& parameters() const noexcept { return parameters_; }

  /// Spawns a top-level actor of this class. A parameter that is a Ref is given as a text, `/path`
  /// or `host:port/path`, and looked up now. Throws InvalidParameter, which names the class, the
  /// parameter, its type and what was given; and what Node::spawn throws.
  Ref spawn(Node& node, const Parameters& given, detail::SpawnOptions options = {}) const;
  /// For the framework: the same as a child of `parent`, in its turn.
  Ref spawn_below(engine::Cell& parent, const Parameters& given,
                  detail::SpawnOptions options) const;

 protected:
  struct Recipe {
    const detail::ActorType& type;
    detail::FactoryPtr factory;
  };
  ActorClass(std::string_view name, std::vector<Parameter> parameters)
      : name_(name), parameters_(std::move(parameters)) {}
  ~ActorClass() = default;

  static std::vector<Parameter> name_all(std::initializer_list<std::string_view> names,
                                         std::initializer_list<std::string> types);
  // Throws InvalidParameter for a name that no parameter has.
  void check_names(const Parameters& given) const;
  // Throws InvalidParameter: `problem`, and of which class it is one.
  [[noreturn]] void refuse(std::string_view problem) const;
  void enter() const;
  void leave() const noexcept;

 private:
  virtual Recipe recipe(engine::NodeCore& node, const Parameters& given) const = 0;

  const std::string_view name_;
  const std::vector<Parameter> parameters_;
};

/// All registered classes in the order of their names. They stay as long as the library that they
/// came from is loaded.
std::vector<const ActorClass*> registered_actor_classes();

/// The class of that name. Throws UnknownActorClass; its `what()` has names that look alike.
const ActorClass& find_actor_class(std::string_view name);

namespace detail {

/// How the text of a parameter becomes an argument: as ParameterConversion says, but for Refs,
/// which need a node to look them up.
template <class T>
struct Argument {
  static constexpr bool kConvertible = ParameterType<T>;
  static std::string describe() { return ParameterConversion<T>::describe(); }
  static T convert(engine::NodeCore& /*node*/, std::string_view name, const ParameterValue& value) {
    return convert_parameter<T>(name, value);
  }
};

std::string describe_ref();
Ref ref_parameter(engine::NodeCore& node, std::string_view name, const ParameterValue& value);

template <std::derived_from<Ref> R>
struct Argument<R> {
  static constexpr bool kConvertible = true;
  static std::string describe() { return describe_ref(); }
  static R convert(engine::NodeCore& node, std::string_view name, const ParameterValue& value) {
    return R(ref_parameter(node, name, value));
  }
};

template <std::derived_from<Ref> R>
struct Argument<std::vector<R>> {
  static constexpr bool kConvertible = true;
  static std::string describe() { return "an array, each element " + describe_ref(); }
  static std::vector<R> convert(engine::NodeCore& node, std::string_view name,
                                const ParameterValue& value) {
    std::vector<R> refs;
    for (const ParameterValue& element : array_parameter(name, value, describe())) {
      refs.push_back(Argument<R>::convert(node, element_name(name, refs.size()), element));
    }
    return refs;
  }
};

template <class C, class... Ps>
std::tuple<std::decay_t<Ps>...> run_arguments(Task<> (C::*)(Ps...));
template <class C, class... Ps>
std::tuple<std::decay_t<Ps>...> run_arguments(Task<> (C::*)(Ps...) const);

/// Those that were written down, or else those of `run`.
template <class A, class... Ts>
struct ArgumentsOf {
  using Type = std::tuple<Ts...>;
};
template <HasRun A>
struct ArgumentsOf<A> {
  using Type = decltype(run_arguments(&A::run));
};

template <class A, class Arguments>
class ActorClassOf;

template <class A, class... Ts>
class ActorClassOf<A, std::tuple<Ts...>> : public ActorClass {
  static_assert((Argument<Ts>::kConvertible && ...),
                "a parameter of this type cannot be given as text; use a bool, a number, a "
                "std::string, a duration, a Ref or a std::vector of these, or specialise "
                "spinoff::ParameterConversion");

 public:
  static constexpr std::size_t kCount = sizeof...(Ts);

 protected:
  ActorClassOf(std::initializer_list<std::string_view> names)
      : ActorClass(type_name<A>(), name_all(names, {Argument<Ts>::describe()...})) {}
  ~ActorClassOf() = default;

 private:
  Recipe recipe(engine::NodeCore& node, const Parameters& given) const override {
    return {kActorType<A>,
            Props<A, Ts...>(arguments(node, given, std::index_sequence_for<Ts...>())).factory()};
  }

  template <std::size_t... I>
  std::tuple<Ts...> arguments(engine::NodeCore& node, const Parameters& given,
                              std::index_sequence<I...> /*unused*/) const {
    try {
      check_names(given);
      return std::tuple<Ts...>{argument<Ts>(node, given, parameters()[I])...};
    } catch (const InvalidParameter& error) {
      refuse(error.what());
    }
  }

  template <class T>
  static T argument(engine::NodeCore& node, const Parameters& given, const Parameter& parameter) {
    const auto found = given.find(parameter.name);
    if (found == given.end()) {
      refuse_missing_parameter(parameter.name, parameter.type);
    }
    return Argument<T>::convert(node, parameter.name, found->second);
  }
};

}  // namespace detail

/// Makes the actor class A known by its name while this object exists; see the top of this file.
template <class A, class... Ts>
class Registered final
    : public detail::ActorClassOf<A, typename detail::ArgumentsOf<A, Ts...>::Type> {
  using Base = detail::ActorClassOf<A, typename detail::ArgumentsOf<A, Ts...>::Type>;

 public:
  /// `names` must be as many as there are parameters, and outlive this object, as literals do.
  template <std::convertible_to<std::string_view>... Names>
  explicit Registered(const Names&... names) : Base({names...}) {
    static_assert(sizeof...(Names) == Base::kCount,
                  "name each parameter of the actor, in order, and no more: as many names as its "
                  "`run` has parameters, or as there are types behind the class");
    this->enter();
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  ~Registered() { this->leave(); }
};

}  // namespace spinoff
