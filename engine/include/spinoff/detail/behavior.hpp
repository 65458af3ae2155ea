/// What the engine runs: the base of Actor and Process, and how it is made.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <spinoff/detail/envelope.hpp>
#include <spinoff/dispatcher.hpp>
#include <spinoff/mailbox_options.hpp>
#include <spinoff/ref.hpp>
#include <spinoff/supervision.hpp>
#include <spinoff/task.hpp>

namespace spinoff::engine {
class Cell;
}

namespace spinoff::detail {

class Behavior {
 public:
  Behavior() noexcept;
  Behavior(const Behavior&) = delete;
  Behavior& operator=(const Behavior&) = delete;
  virtual ~Behavior() = default;

  static void* operator new(std::size_t size);
  static void operator delete(void* memory, std::size_t size) noexcept;

  /// Runs before the first message. An error here is a `CreateFailed`.
  virtual void pre_start() {}
  /// Runs once, when the children have stopped and before the watchers hear of it.
  virtual void post_stop() {}
  /// Runs after `post_stop`, as a coroutine; the stop is over when it has returned.
  virtual Task<> post_stop_async() { return {}; }
  /// On the old instance, before it is replaced.
  virtual void pre_restart(const std::exception_ptr& /*reason*/) { post_stop(); }
  /// On the new instance, instead of `pre_start`. Children may be there from before, if the
  /// supervisor has said so.
  virtual void post_restart(const std::exception_ptr& /*reason*/) { pre_start(); }
  /// For the engine, of actors that take messages aside: the oldest of those; null if there is
  /// none.
  virtual EnvelopePtr take_kept() { return nullptr; }
  [[nodiscard]] virtual bool has_kept() const noexcept { return false; }
  /// For the engine: whoever asked what the actor is about will get no reply.
  virtual void refuse_asker(std::string_view /*reason*/) {}
  /// What to do about a child's error, which is suspended until then. An error thrown here
  /// escalates.
  virtual Decision supervise(const ChildError& /*error*/) { return Decision::Default; }
  /// For the engine: whether this actor will send the child an engine::Decided about that failure,
  /// instead of deciding now. The child is suspended until then.
  virtual bool decides_later(const ChildError& /*error*/, std::uint32_t /*failure*/) {
    return false;
  }

 protected:
  [[nodiscard]] engine::Cell& cell() const noexcept { return *cell_; }

 private:
  engine::Cell* cell_;
};

enum class Handled : std::uint8_t { yes, no };

/// Gives a message to the actor. An envelope that is left, the actor has said nothing about, or has
/// failed; the others it has taken, or they are done with.
using Receive = Handled(Behavior& actor, EnvelopePtr& message);

/// Runs a handler that is a coroutine up to its first wait, in the turn of its actor.
void run_handler(Task<> handler);

/// What the engine knows of an actor's class.
struct ActorType {
  std::string_view name;  // dotted
  Receive* receive;
  /// It may take messages aside. So it gets those of timers as Scheduled, and claims them itself.
  bool takes_aside = false;

  [[nodiscard]] constexpr std::string_view short_name() const noexcept {
    return name.substr(name.rfind('.') + 1);
  }
};

/// Makes an actor's instance, once for each start or restart.
class Factory {
 public:
  Factory() = default;
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;
  virtual ~Factory() = default;
  static void* operator new(std::size_t size) { return allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { deallocate(memory, size); }
  virtual std::unique_ptr<Behavior> create() = 0;
  /// The coroutine of a process, with the arguments that the factory keeps.
  virtual Task<> run(Behavior& /*actor*/) { return {}; }
  [[nodiscard]] virtual bool has_run() const noexcept { return false; }
  /// Factories without arguments are one constant each, which nobody frees.
  virtual void dispose() noexcept { delete this; }
};

struct FactoryDeleter {
  void operator()(Factory* factory) const noexcept { factory->dispose(); }
};
using FactoryPtr = std::unique_ptr<Factory, FactoryDeleter>;

/// How an actor is spawned, apart from its class and arguments.
struct SpawnOptions {
  // So that options are always written with their names, and `spawn<A>({"x"})` is none.
  struct Named {
    explicit Named() = default;
  };
  Named named = Named();
  /// Unique among the siblings, without `/`, `:` and spaces, not beginning with `$`; empty: a name
  /// is made up.
  std::string name = {};
  /// How it keeps its messages: `bounded(1000, Overflow::drop_oldest)`; see MailboxOptions.
  MailboxOptions mailbox = {};
  /// Which threads run the actor.
  Dispatcher dispatcher = Dispatcher::pool;
};

/// Spawns a child of `parent`: in a turn of that actor, or by any thread if it is the guardian.
/// Throws InvalidName, NameConflict or SpawnFailed (also if there can be no thread for it).
Ref spawn(engine::Cell& parent, const ActorType& type, FactoryPtr factory, SpawnOptions options);
/// The same; `prepare` may spawn children of the new actor before it runs.
Ref spawn(engine::Cell& parent, const ActorType& type, FactoryPtr factory, SpawnOptions options,
          const std::function<void(engine::Cell&)>& prepare);
/// The same for the framework's own actors, whose names begin with `$`.
Ref spawn_reserved(engine::Cell& parent, const ActorType& type, FactoryPtr factory,
                   SpawnOptions options);

}  // namespace spinoff::detail
