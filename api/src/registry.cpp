#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>

#include <dlfcn.h>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/errors.hpp>
#include <spinoff/registry.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "similar_names.hpp"

namespace spinoff {
namespace {

// Classes enter it before main begins, and leave it after main has ended: it is never destroyed.
// Two of one name may be in it, so that whoever asks for them can be told of both.
struct Registry {
  std::mutex mutex;
  std::multimap<std::string_view, const ActorClass*> classes;
};

Registry& registry() {
  static auto* const instance = new Registry;  // NOLINT(cppcoreguidelines-owning-memory)
  return *instance;
}

// The program or shared object that an actor class was compiled into.
std::string file_of(const ActorClass& actor_class) {
  Dl_info info{};
  if (dladdr(&actor_class, &info) == 0 || info.dli_fname == nullptr) {
    return "this program";
  }
  return info.dli_fname;
}

[[noreturn]] void refuse_unknown(std::string_view name) {
  std::vector<std::string_view> known;
  for (const ActorClass* const one : registered_actor_classes()) {
    known.push_back(one->name());
  }
  throw UnknownActorClass("there is no actor class " + serialization::quoted(name) +
                          api::similar_names_in_words(name, known));
}

}  // namespace

Ref ActorClass::spawn(Node& node, const Parameters& given, detail::SpawnOptions options) const {
  return spawn_below(node.spawner(), given, std::move(options));
}

Ref ActorClass::spawn_below(engine::Cell& parent, const Parameters& given,
                            detail::SpawnOptions options) const {
  Recipe made = recipe(parent.node(), given);
  return detail::spawn(parent, made.type, std::move(made.factory), std::move(options));
}

std::vector<ActorClass::Parameter> ActorClass::name_all(
    std::initializer_list<std::string_view> names, std::initializer_list<std::string> types) {
  std::vector<Parameter> parameters;
  std::transform(
      names.begin(), names.end(), types.begin(), std::back_inserter(parameters),
      [](std::string_view name, const std::string& type) { return Parameter{name, type}; });
  return parameters;
}

void ActorClass::check_names(const Parameters& given) const {
  std::vector<std::string_view> known;
  known.reserve(parameters_.size());
  for (const Parameter& parameter : parameters_) {
    known.push_back(parameter.name);
  }
  check_parameter_names(given, known);
}

void ActorClass::refuse(std::string_view problem) const {
  throw InvalidParameter("actor " + std::string(name_) + ": " + std::string(problem));
}

void ActorClass::enter() const {
  const std::scoped_lock lock(registry().mutex);
  registry().classes.emplace(name_, this);
}

void ActorClass::leave() const noexcept {
  const std::scoped_lock lock(registry().mutex);
  std::erase_if(registry().classes, [this](const auto& entry) { return entry.second == this; });
}

std::vector<const ActorClass*> registered_actor_classes() {
  std::vector<const ActorClass*> all;
  const std::scoped_lock lock(registry().mutex);
  for (const auto& [name, actor_class] : registry().classes) {
    all.push_back(actor_class);
  }
  return all;
}

const ActorClass& find_actor_class(std::string_view name) {
  std::vector<const ActorClass*> found;
  {
    const std::scoped_lock lock(registry().mutex);
    const auto [begin, end] = registry().classes.equal_range(name);
    std::transform(begin, end, std::back_inserter(found),
                   [](const auto& one) { return one.second; });
  }
  if (found.empty()) {
    refuse_unknown(name);
  }
  if (found.size() > 1) {
    throw UnknownActorClass("the actor class " + std::string(name) + " is registered twice, in " +
                            file_of(*found[0]) + " and in " + file_of(*found[1]) +
                            ": leave one out, or give it a kTypeName of its own");
  }
  return *found.front();
}

namespace detail {

std::string describe_ref() {
  return "an actor, '/path' or 'host:port/path'";
}

Ref ref_parameter(engine::NodeCore& node, std::string_view name, const ParameterValue& value) {
  const auto* const text = std::get_if<std::string>(&value.value);
  if (text == nullptr) {
    refuse_parameter(name, describe_ref(), value);
  }
  try {
    return node.lookup(Uri::parse(*text));
  } catch (const LookupFailed& error) {
    throw InvalidParameter("parameter '" + std::string(name) + "': " + error.what());
  } catch (const InvalidUri& error) {
    throw InvalidParameter("parameter '" + std::string(name) + "': expected " + describe_ref() +
                           ", but " + error.what());
  }
}

}  // namespace detail
}  // namespace spinoff
