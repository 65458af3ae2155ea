#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <spinoff/message_type.hpp>

namespace spinoff::detail {

namespace {

struct Registry {
  std::shared_mutex mutex;
  std::unordered_map<std::string_view, const MessageType*> by_name;
};

// Never destroyed: static objects of other files may still use it while the program ends.
Registry& registry() {
  static auto* const instance = new Registry;  // NOLINT(cppcoreguidelines-owning-memory)
  return *instance;
}

}  // namespace

bool TypeRegistry::add(const MessageType& type) {
  const std::unique_lock lock(registry().mutex);
  return registry().by_name.emplace(type.name, &type).second;
}

const MessageType* TypeRegistry::find(std::string_view name) {
  const std::shared_lock lock(registry().mutex);
  const auto found = registry().by_name.find(name);
  return found == registry().by_name.end() ? nullptr : found->second;
}

}  // namespace spinoff::detail
