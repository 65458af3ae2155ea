#include <cstdio>
#include <spinoff/uri.hpp>

int main() {
  const auto uri = spinoff::Uri::parse("127.0.0.1:9700/hello");
  std::printf("hello from %s\n", uri.to_string().c_str());
}
