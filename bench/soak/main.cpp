// soak: three nodes in processes of their own, under faults, for as long as told. Exit status 0 if
// every invariant held, 1 if one did not, 2 for a mistake on the command line.
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "soak/node_process.hpp"
#include "soak/options.hpp"
#include "soak/report.hpp"
#include "soak/soak.hpp"

namespace spinoff::soak {
namespace {

int run_program(int argc, const char* const* argv) {
  try {
    const Order order = parse_options(argc, argv);
    if (!order.help.empty()) {
      fmt::print("{}", order.help);
      return 0;
    }
    if (order.is_node) {
      run_node(order);
      return 0;
    }
    Soak soak(order);
    const Result result = soak.run();
    (order.json ? print_json : print_text)(order, result, soak.ledger());
    return soak.ledger().wrongs == 0 ? 0 : 1;
  } catch (const UsageError& error) {
    fmt::print(stderr, "soak: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "soak: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace spinoff::soak

int main(int argc, char** argv) {
  return spinoff::soak::run_program(argc, argv);
}
