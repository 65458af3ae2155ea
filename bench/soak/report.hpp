/// How it is told.
#pragma once

#include "soak/ledger.hpp"
#include "soak/options.hpp"
#include "soak/soak.hpp"

namespace spinoff::soak {

void print_json(const Order& order, const Result& result, const Ledger& ledger);
void print_text(const Order& order, const Result& result, const Ledger& ledger);

}  // namespace spinoff::soak
