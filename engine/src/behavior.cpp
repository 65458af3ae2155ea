#include <cctype>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <spinoff/detail/behavior.hpp>
#include <spinoff/detail/pool.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/lane.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/system_messages.hpp>
#include <spinoff/errors.hpp>

namespace spinoff::detail {

using engine::Cell;

Behavior::Behavior() noexcept : cell_(Cell::running()) {}

void* Behavior::operator new(std::size_t size) {
  return allocate(size);
}
void Behavior::operator delete(void* memory, std::size_t size) noexcept {
  deallocate(memory, size);
}

void run_handler(Task<> handler) {
  if (handler) {
    Cell::running()->coroutines().start(std::move(handler),
                                        engine::CoroutineHost::Purpose::handler);
  }
}

namespace {

constexpr std::size_t kMaxName = 255;

void check_name(const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw InvalidName("an actor cannot be named '" + name + "': " + why);
  };
  if (name.starts_with('$')) {
    refuse("names that begin with '$' are reserved for those that the node makes up");
  }
  if (name.find('/') != std::string::npos) {
    refuse("'/' separates the names in a path");
  }
  if (name.find(':') != std::string::npos) {
    refuse("':' separates a host from its port");
  }
  if (name.size() > kMaxName) {
    refuse("it is longer than " + std::to_string(kMaxName) + " bytes");
  }
  for (const char c : name) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0 ||
        std::iscntrl(static_cast<unsigned char>(c)) != 0) {
      refuse("it contains a space or a control character");
    }
  }
}

[[noreturn]] void refuse_for_stop(const std::string& what) {
  throw SpawnFailed("cannot spawn '" + what + "': its parent is stopping");
}

// Whether there are no threads but the one that runs all actors.
bool runs_in_one_thread(Cell& parent) {
  const engine::NodeAnchor::Entry entry(*parent.anchor());
  return entry.node() != nullptr && entry.node()->executor().sole_thread() != nullptr;
}

// An actor's place at the lane of its dispatcher. Its node is there as long as this.
class LanePlace {
 public:
  LanePlace(Cell& parent, const std::string& what, Dispatcher dispatcher)
      : entry_(*parent.anchor()) {
    if (entry_.node() == nullptr) {
      refuse_for_stop(what);
    }
    try {
      lane_ = entry_.node()->dispatchers().enter(dispatcher, what);
    } catch (const std::system_error& error) {
      throw SpawnFailed("cannot spawn '" + what + "' with a dispatcher of its own: there is no " +
                        "thread for it (" + error.what() +
                        "); allow the process more threads, or have fewer pinned actors");
    }
    if (lane_ == nullptr) {
      refuse_for_stop(what);
    }
  }
  LanePlace(const LanePlace&) = delete;
  LanePlace& operator=(const LanePlace&) = delete;
  ~LanePlace() {
    if (lane_ != nullptr) {
      lane_->leave();
    }
  }
  void start(Cell& child) { std::exchange(lane_, nullptr)->start(child); }

 private:
  engine::NodeAnchor::Entry entry_;
  engine::Lane* lane_ = nullptr;
};

void start(Cell& child, std::optional<LanePlace>& place) {
  if (place.has_value()) {
    place->start(child);
  } else {
    child.start();
  }
}

template <class Prepare>
Ref spawn_prepared(Cell& parent, const ActorType& type, FactoryPtr factory, SpawnOptions&& options,
                   const Prepare& prepare) {
  if (options.mailbox.has_priorities() && type.takes_aside) {
    throw std::invalid_argument(
        "a process cannot have a mailbox with priorities: it chooses among its messages itself, by "
        "get<A>() and get_nowait<A>()");
  }
  std::optional<LanePlace> place;
  if (options.dispatcher != Dispatcher::pool && !runs_in_one_thread(parent)) [[unlikely]] {
    place.emplace(parent, options.name.empty() ? std::string(type.short_name()) : options.name,
                  options.dispatcher);
  }
  auto [child, ref] = Cell::create(*parent.anchor(), &parent, type, std::move(factory), options);
  switch (parent.children().add(child)) {
    case engine::ChildTable::Added::yes:
      try {
        prepare(child);
      } catch (...) {  // it may have children by now, so it has to end like any other
        ref.kill();
        start(child, place);
        throw;
      }
      start(child, place);
      return std::move(ref);
    case engine::ChildTable::Added::name_taken: {
      const std::string taken = child.path();
      child.abandon();
      throw NameConflict("there is already an actor '" + taken +
                         "': give the new one another name, or wait until the old one has stopped");
    }
    case engine::ChildTable::Added::closed:
      break;
  }
  const std::string path = child.path();
  child.abandon();
  refuse_for_stop(path);
}

}  // namespace

Ref spawn_reserved(Cell& parent, const ActorType& type, FactoryPtr factory, SpawnOptions options) {
  return spawn_prepared(parent, type, std::move(factory), std::move(options), [](Cell&) {});
}

Ref spawn(Cell& parent, const ActorType& type, FactoryPtr factory, SpawnOptions options) {
  check_name(options.name);
  return spawn_prepared(parent, type, std::move(factory), std::move(options), [](Cell&) {});
}

Ref spawn(Cell& parent, const ActorType& type, FactoryPtr factory, SpawnOptions options,
          const std::function<void(Cell&)>& prepare) {
  check_name(options.name);
  return spawn_prepared(parent, type, std::move(factory), std::move(options), prepare);
}

}  // namespace spinoff::detail
