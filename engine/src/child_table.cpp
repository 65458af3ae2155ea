#include <charconv>
#include <memory>

#include <spinoff/engine/cell.hpp>
#include <spinoff/engine/child_table.hpp>
#include <spinoff/message_type.hpp>

namespace spinoff::engine {

namespace {

// As many are in one chain.
constexpr std::uint32_t kFew = 8;

std::uint64_t key_of(const Cell::Name& name) {
  return name.number != 0 ? name.number : detail::hash_name(name.given);
}

// Of a name such as `$Echo-17`; 0 for one that nobody makes up.
std::uint64_t number_in(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  std::uint64_t number = 0;
  if (dash != std::string_view::npos) {
    std::from_chars(name.data() + dash + 1, name.data() + name.size(), number);
  }
  return number;
}

}  // namespace

ChildTable::Added ChildTable::add(Cell& child) {
  const std::scoped_lock lock(lock_);
  used_ = true;
  const Cell::Name& name = child.name();
  if (name.number == 0 && name.given.empty()) {
    child.set_number(++last_number_);
  }
  if (closed_) {
    return Added::closed;
  }
  if (named_ >= kFew && named_ >= bucket_count_) {
    grow();
  }
  Cell*& first = bucket(key_of(name));
  if (name.number == 0) {
    for (const Cell* other = first; other != nullptr; other = other->next_sibling_) {
      if (other->name().number == 0 && other->name().given == name.given) {
        return Added::name_taken;
      }
    }
  }
  child.next_sibling_ = first;
  first = &child;
  ++named_;
  ++alive_;
  return Added::yes;
}

void ChildTable::erase(Cell& child) noexcept {
  const std::scoped_lock lock(lock_);
  unlink(child);
}

bool ChildTable::leave() noexcept {
  const std::scoped_lock lock(lock_);
  return --alive_ == 0 && closed_;
}

bool ChildTable::erase_and_leave(Cell& child) noexcept {
  const std::scoped_lock lock(lock_);
  unlink(child);
  return --alive_ == 0 && closed_;
}

void ChildTable::unlink(Cell& child) noexcept {
  for (Cell** link = &bucket(key_of(child.name())); *link != nullptr;
       link = &(*link)->next_sibling_) {
    if (*link == &child) {
      *link = child.next_sibling_;
      --named_;
      return;
    }
  }
}

Ref ChildTable::find(std::string_view name) const {
  const std::uint64_t number = name.starts_with('$') ? number_in(name) : 0;
  const bool made_up = number != 0;  // else it may be a reserved one, such as `$remote`
  const std::scoped_lock lock(lock_);
  const std::uint64_t key = made_up ? number : detail::hash_name(name);
  for (Cell* child = first(static_cast<std::uint32_t>(key) & (bucket_count_ - 1)); child != nullptr;
       child = child->next_sibling_) {
    if (made_up ? child->name().number == number && child->name_text() == name
                : child->name().number == 0 && child->name().given == name) {
      const Ref found = child->ref();
      return Ref(found);  // counted while the lock keeps the child here
    }
  }
  return {};
}

std::vector<Ref> ChildTable::all() const {
  std::vector<Ref> children;
  const std::scoped_lock lock(lock_);
  children.reserve(named_);
  for (std::uint32_t i = 0; i < bucket_count_; ++i) {
    for (Cell* child = first(i); child != nullptr; child = child->next_sibling_) {
      children.push_back(child->ref());
    }
  }
  return children;
}

bool ChildTable::close() noexcept {
  const std::scoped_lock lock(lock_);
  closed_ = true;
  return alive_ == 0;
}

bool ChildTable::close_by_adder() noexcept {
  if (used_) {
    return close();
  }
  closed_ = true;
  return true;
}

void ChildTable::open() noexcept {
  const std::scoped_lock lock(lock_);
  closed_ = false;
}

void ChildTable::reset() noexcept {
  free_buckets();
  only_ = nullptr;
  bucket_count_ = 1;
  named_ = alive_ = 0;
  last_number_ = 0;
  used_ = closed_ = false;
}

void ChildTable::grow() {
  const std::uint32_t count = bucket_count_ == 1 ? 2 * kFew : bucket_count_ * 2;
  auto grown = std::make_unique<Cell*[]>(count);
  for (std::uint32_t i = 0; i < bucket_count_; ++i) {
    for (Cell* child = first(i); child != nullptr;) {
      Cell* const next = child->next_sibling_;
      Cell*& chain = grown[key_of(child->name()) & (count - 1)];
      child->next_sibling_ = chain;
      chain = child;
      child = next;
    }
  }
  free_buckets();
  buckets_ = grown.release();
  bucket_count_ = count;
}

}  // namespace spinoff::engine
