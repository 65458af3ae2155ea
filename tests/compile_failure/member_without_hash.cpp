// A member by which no message can be found.
#include <spinoff/spinoff.hpp>

struct Point {
  int x;
  int y;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Hit {
  Point where;
  int number;
};

class Waits : public spinoff::Process {
 public:
  spinoff::Task<> run() {
#ifdef SPINOFF_EXPECT_SUCCESS
    co_await get<&Hit::number>(1);
#else
    co_await get<&Hit::where>(Point{1, 2});
#endif
  }
};

void use(spinoff::Node& node) {
  node.spawn<Waits>();
}
