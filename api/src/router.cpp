#include <random>
#include <stdexcept>
#include <utility>

#include <spinoff/actor.hpp>
#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/sole_thread.hpp>
#include <spinoff/router.hpp>

namespace spinoff::detail {

namespace {

/// The routees that a pool has spawned. They leave the router with this object, so also when the
/// pool is stopped before it has begun.
class Brood {
 public:
  explicit Brood(PoolPlan plan) : plan_(std::move(plan)) {}
  Brood(const Brood&) = delete;
  Brood& operator=(const Brood&) = delete;
  ~Brood() { leave(); }

  [[nodiscard]] const PoolPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const std::vector<Ref>& refs() const noexcept { return refs_; }
  [[nodiscard]] std::vector<FactoryPtr> make_factories() const {
    std::vector<FactoryPtr> factories;
    factories.reserve(plan_.options.size);
    for (std::size_t i = 0; i < plan_.options.size; ++i) {
      factories.push_back(plan_.make_factory());
    }
    return factories;
  }
  void spawn_below(engine::Cell& pool, std::vector<FactoryPtr> factories) {
    std::vector<Ref> refs;
    refs.reserve(factories.size());
    for (FactoryPtr& factory : factories) {
      refs.push_back(
          spawn(pool, plan_.type, std::move(factory),
                {.mailbox = plan_.options.mailbox, .dispatcher = plan_.options.dispatcher}));
    }
    plan_.routees->add(refs);
    refs_ = std::move(refs);
  }
  void leave(const Ref& routee) {
    plan_.routees->remove(routee);
    std::erase(refs_, routee);
  }
  void leave() {
    for (const Ref& routee : std::exchange(refs_, {})) {
      plan_.routees->remove(routee);
    }
  }

 private:
  const PoolPlan plan_;
  std::vector<Ref> refs_;
};

}  // namespace

/// The parent of a pool's routees. Its router can be used as soon as it is spawned, so the first
/// routees are there before it runs; after a restart it spawns others.
class Pool final : public Actor {
 public:
  using Receives = Messages<Terminated>;

  explicit Pool(std::shared_ptr<Brood> brood) : brood_(std::move(brood)) {}

  void pre_start() override {
    for (const Ref& routee : brood_->refs()) {
      watch(routee);
    }
  }
  void pre_restart(const std::exception_ptr& /*reason*/) override {
    // Who stays in the router is seen when it is known whether the restart keeps them.
  }
  void post_restart(const std::exception_ptr& /*reason*/) override {
    if (cell().children().all().empty()) {
      brood_->leave();
      brood_->spawn_below(cell(), brood_->make_factories());
    }
    pre_start();
  }
  void on(const Terminated& end) {
    brood_->leave(end.actor);
    if (brood_->refs().empty()) {
      stop();
    }
  }
  Decision supervise(const ChildError& /*error*/) override {
    return brood_->plan().options.on_failure;
  }
  void post_stop() override { brood_->leave(); }

 private:
  std::shared_ptr<Brood> brood_;
};

Ref spawn_pool(engine::Cell& parent, PoolPlan plan) {
  if (plan.options.size == 0) {
    throw std::invalid_argument("a pool needs at least one routee: give PoolOptions::size");
  }
  const auto brood = std::make_shared<Brood>(std::move(plan));
  // User code, which may throw, before there is any actor.
  std::vector<FactoryPtr> factories = brood->make_factories();
  return spawn(parent, kActorType<Pool>, make_factory<Pool>(brood),
               {.name = brood->plan().options.name},
               [&](engine::Cell& pool) { brood->spawn_below(pool, std::move(factories)); });
}

void refuse_routed(const Ref& pool, EnvelopePtr message) {
  Target* const target = RefAccess::target(pool);
  if (target == nullptr) {
    deliver(nullptr, 0, std::move(message));
    return;
  }
  engine::NodeCore::dead_letter_at(*target->anchor(), pool, std::move(message));
}

std::uint64_t draw_seed() {
  if (engine::Cell* const running = engine::Cell::running()) {
    return running->node().random().next();
  }
  if (engine::SoleThread* const sole = engine::SoleThread::current()) {
    return sole->random();
  }
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace spinoff::detail
