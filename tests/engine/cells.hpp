/// Cells that never run, by their names.
#pragma once

#include <map>
#include <string>

#include <spinoff/engine/cell.hpp>

#include "manual_node.hpp"

namespace spinoff::testing {

class Cells {
 public:
  Cells() = default;
  Cells(const Cells&) = delete;
  Cells& operator=(const Cells&) = delete;
  ~Cells() {
    for (auto& [name, cell] : by_name_) {
      cell->abandon();
    }
  }
  engine::Cell& operator[](const std::string& name) {
    engine::Cell*& cell = by_name_[name];
    if (cell == nullptr) {
      cell = &engine::Cell::create(node_.core().anchor(), &node_.core().guardian(), kType, nullptr,
                                   {.name = name})
                  .cell;
    }
    return *cell;
  }

 private:
  static constexpr detail::ActorType kType{
      .name = "test.Waits",
      .receive = [](detail::Behavior&, detail::EnvelopePtr&) { return detail::Handled::no; }};

  ManualNode node_;
  std::map<std::string, engine::Cell*> by_name_;
};

/// The names of all that wait, in the order of their turns.
template <class Next>
std::string names_of_all(const Next& next) {
  std::string names;
  while (const engine::Cell* const cell = next()) {
    names += cell->name().given;
  }
  return names;
}

}  // namespace spinoff::testing
