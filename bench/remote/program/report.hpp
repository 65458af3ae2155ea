/// How figures are printed.
#pragma once

#include <vector>

#include "remote/program/program.hpp"

namespace spinoff::bench {

/// Figures of all systems, in the program's order.
using AllFigures = std::vector<RemoteFigures>;

void print_json(const RemoteOptions& options, const AllFigures& figures);

/// A table of one piece of work: a system a row.
void print_table(const RemoteOptions& options, const AllFigures& figures);

/// A table of many pieces: one a row.
void print_sweep_head();
void print_sweep_row(const RemoteOptions& options, const AllFigures& figures);

}  // namespace spinoff::bench
