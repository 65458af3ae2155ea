// The main job, `./dev run`: two nodes in two processes greet each other, then a million messages
// go through one process. Exit status 0 only if all of that worked.
#include <cstdint>
#include <cstdio>
#include <exception>

#include "flood.hpp"
#include "greetings.hpp"

int main(int argc, char** argv) {
  using namespace spinoff::examples::main_job;  // NOLINT(google-build-using-namespace)
  constexpr int kGreetings = 5;
  constexpr std::uint64_t kMessages = 1'000'000;
  if (argc > 1) {
    std::fprintf(stderr, "main_job: it takes no arguments, but was given '%s'\n", argv[1]);
    return 2;
  }
  try {
    std::puts("== two nodes, each in a process of its own, until five greetings are acknowledged");
    greet(kGreetings);
    std::puts("== both nodes stopped in an orderly way; now a million messages in one process");
    std::fflush(stdout);
    const double seconds = flood(kMessages);
    std::printf("== %.3f s: %.1f million messages a second from one actor to another\n", seconds,
                static_cast<double>(kMessages) / seconds / 1e6);
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "main_job: %s\n", error.what());
    return 1;
  }
}
