// A cell as a place: how it is taken for a new life, what it is called, and how it is given back.
#include <cstddef>
#include <utility>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/node_core.hpp>
#include <spinoff/engine/object_store.hpp>

namespace spinoff::engine {

namespace {
constexpr std::size_t kCacheLine = 64;
}

Cell::Cell() noexcept : Target(detail::TargetKind::actor) {
// GCC and Clang know it, although the standard does not say so for such a class.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
  static_assert(offsetof(Cell, mailbox_) + Mailbox::kSendersPart == kCacheLine &&
                    offsetof(Cell, factory_) == 2 * kCacheLine,
                "the cache lines are mixed up");
#pragma GCC diagnostic pop
}

Cell::Created Cell::create(NodeAnchor& anchor, Cell* parent, const detail::ActorType& type,
                           detail::FactoryPtr factory, const detail::SpawnOptions& options) {
  Cell& cell = *ObjectStore<Cell>::take();
  cell.generation_ = cell.begin_life(&anchor, 2);
  cell.type_ = &type;
  cell.receive_ = type.receive;
  cell.factory_ = std::move(factory);
  if (!options.name.empty()) {
    cell.name_.given = options.name;
  }
  if (!options.mailbox.is_plain()) {
    cell.room_ = std::make_shared<WaitingRoom>(options.mailbox);
    cell.set_kind(detail::TargetKind::actor_with_room);
  }
  cell.condition_ = {};
  cell.is_scheduled_ = false;
  cell.marks_told_.store(0, std::memory_order_relaxed);
  cell.aftermath_ = {};
  cell.parent_ = parent;
  if (parent != nullptr && !parent->is_guardian()) {
    parent->retain();  // so that a Ref to the child always finds its whole path
  }
  cell.mailbox_.open();
  return {cell, detail::RefAccess::adopt(&cell, cell.generation_)};
}

void Cell::abandon() noexcept {
  factory_.reset();
  drop_user_mail();
  refuse_system_mail();
  release();
}

// Closes the first queue; what is in it are dead letters, in order, and so is what waits for room.
void Cell::drop_user_mail() {
  if (room_ == nullptr) [[likely]] {
    close_user_mail();
    return;
  }
  std::deque<WaitingRoom::InLine> line = room_->close();
  close_user_mail();
  for (WaitingRoom::InLine& one : line) {
    node().dead_letter(ref(), std::move(one.message));
    one.waiter.tell();
  }
}

void Cell::close_user_mail() {
  mailbox_.close_user();
  while (Envelope* const left = mailbox_.pop_pending()) {
    node().dead_letter(ref(), take_one(left));
  }
}

void Cell::drop_kept() {
  while (EnvelopePtr kept = instance_ == nullptr ? nullptr : instance_->take_kept()) {
    node().dead_letter(ref(), std::move(kept));
  }
}

void Cell::refuse_system_mail() {
  for (Envelope* next = mailbox_.close_system(); next != nullptr;) {
    EnvelopePtr message(next);
    next = message->next.load(std::memory_order_relaxed);
    refuse_system(std::move(message));
  }
}

// A stopped actor keeps its name for the refs to it; with the last of them that goes as well. A
// loop, since the last ref to a deep descendant holds the places of all above it.
void Cell::retire() noexcept {
  for (Cell* cell = this; cell != nullptr;) {
    if (!cell->name_.given.empty()) {
      cell->name_.given = std::string();
    }
    cell->name_.number = 0;
    cell->children_.reset();
    cell->room_.reset();
    cell->set_kind(detail::TargetKind::actor);
    Cell* const parent = std::exchange(cell->parent_, nullptr);
    ObjectStore<Cell>::put(cell);
    cell = parent != nullptr && !parent->is_guardian() && parent->drop_count() ? parent : nullptr;
  }
}

std::string Cell::name_text() const {
  if (name_.number == 0) {
    return name_.given;
  }
  std::string text = "$";
  text += type_->short_name();
  text += '-';
  text += std::to_string(name_.number);
  return text;
}

std::string Cell::path() const {
  std::vector<const Cell*> line;
  for (const Cell* cell = this; cell->parent_ != nullptr; cell = cell->parent_) {
    line.push_back(cell);
  }
  std::string text;
  for (auto cell = line.rbegin(); cell != line.rend(); ++cell) {
    text += '/';
    text += (*cell)->name_text();
  }
  return text;
}

Cell::Extras& Cell::extras() {
  if (extras_ == nullptr) {
    extras_ = std::make_unique<Extras>();
  }
  return *extras_;
}

}  // namespace spinoff::engine
