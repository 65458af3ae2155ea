#include <spinoff/testing/network.hpp>
#include <spinoff/testing/wires.hpp>

namespace spinoff::testing {

void Network::set(const LinkOptions& options) {
  wires_.set_all(options);
}

void Network::set(std::string_view from, std::string_view to, const LinkOptions& options) {
  wires_.set(from, to, options);
}

void Network::cut(std::string_view from, std::string_view to) {
  wires_.cut(from, to);
}

void Network::partition(std::initializer_list<std::string_view> one,
                        std::initializer_list<std::string_view> other) {
  for (const std::string_view a : one) {
    for (const std::string_view b : other) {
      wires_.cut(a, b);
      wires_.cut(b, a);
    }
  }
}

void Network::heal() {
  wires_.heal();
}

}  // namespace spinoff::testing
