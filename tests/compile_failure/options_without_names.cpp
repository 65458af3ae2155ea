// Arguments in braces, which are no options of the spawn.
#include <string>

#include <spinoff/spinoff.hpp>

class Worker : public spinoff::Actor {
 public:
  explicit Worker(std::string /*database*/) {}
};

void use(spinoff::Node& node) {
#ifdef SPINOFF_EXPECT_SUCCESS
  node.spawn<Worker>({.name = "worker"}, "db");
#else
  node.spawn<Worker>({"db"});
#endif
}
