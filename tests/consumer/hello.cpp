#include <cstdio>

#include "greeter.hpp"

int main() {
  spinoff::Node node;
  auto greeter = node.spawn<consumer::Greeter>();
  const auto greeting = greeter.ask<consumer::Greeting>(consumer::Hello{"from outside"}).get();
  std::puts(greeting.text.c_str());
}
