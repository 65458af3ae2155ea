/// How the program tells what it measured.
#pragma once

#include <vector>

#include "savina/program/result.hpp"

namespace spinoff::bench {

/// All runs of one order.
struct Series {
  Order order;
  int workers;
  std::vector<Result> results;

  [[nodiscard]] bool verified() const;
};

/// `--list`.
void print_workloads();

/// One JSON object in a line.
void print_json(const Series& series);

/// The table's head, and a row of it.
void print_table_head();
void print_table_row(const Series& series);

}  // namespace spinoff::bench
