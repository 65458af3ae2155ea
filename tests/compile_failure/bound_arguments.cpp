// Arguments bound ahead of the spawn, and later, that do not fit together.
#include <spinoff/spinoff.hpp>

class Worker : public spinoff::Actor {
 public:
  Worker(std::string name, int size) : name_(std::move(name)), size_(size) {}

 private:
  std::string name_;
  int size_;
};

void use(spinoff::Node& node) {
  const auto worker = spinoff::props<Worker>("db");
#ifdef SPINOFF_EXPECT_SUCCESS
  node.spawn(worker.bind(3));
#else
  node.spawn(worker.bind("3"));
#endif
}
