#include <spinoff/runner.hpp>

int main(int argc, char** argv) {
  return spinoff::run_node(argc, argv);
}
