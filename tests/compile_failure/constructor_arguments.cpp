// Arguments that the actor's constructor does not take.
#include <spinoff/spinoff.hpp>

class Worker : public spinoff::Actor {
 public:
  Worker(std::string name, int size) : name_(std::move(name)), size_(size) {}

 private:
  std::string name_;
  int size_;
};

void use(spinoff::Node& node) {
#ifdef SPINOFF_EXPECT_SUCCESS
  node.spawn<Worker>("db", 3);
#else
  node.spawn<Worker>(3, "db");
#endif
}
