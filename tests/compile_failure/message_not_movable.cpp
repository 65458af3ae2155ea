// A message that can be neither copied nor moved into its envelope.
#include <mutex>

#include <spinoff/spinoff.hpp>

struct Hello {
#ifndef SPINOFF_EXPECT_SUCCESS
  std::mutex mutex;
#endif
};

void use(const spinoff::Ref& ref) {
  Hello hello;
  ref << std::move(hello);
}
