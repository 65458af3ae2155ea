// Facility location: customers come one after the other to a square, and go to the quadrant that
// they are in. A quadrant adds up how far each of its customers is from the next facility that it
// knows; when that is too far in all, it opens a facility, and hands its customers to four
// quadrants of its own, which are told of facilities elsewhere as time goes by. At the end the
// customers of all quadrants are counted: nobody may be lost, or be in two of them. Each customer
// must be inside of its quadrant, and four quadrants must have ended for each facility.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <vector>

#include <spinoff/actor.hpp>

#include "savina/pseudo_random.hpp"
#include "savina/run.hpp"
#include "savina/workload.hpp"

namespace spinoff::bench::facloc {
namespace {

constexpr double kAlpha = 2;

struct Point {
  double x;
  double y;
};
using Points = std::vector<Point>;

double distance(Point a, Point b) {
  return std::sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

struct Box {
  Point low;
  Point high;

  [[nodiscard]] bool contains(Point p) const {
    return low.x <= p.x && low.y <= p.y && p.x <= high.x && p.y <= high.y;
  }
  [[nodiscard]] Point middle() const { return {(low.x + high.x) / 2, (low.y + high.y) / 2}; }
};

/// The order of the children. A sibling that is told of a facility is the opposite one.
enum class Position : std::uint8_t { top_left, top_right, bottom_left, bottom_right, none };

std::size_t opposite(Position position) {
  return 3 - static_cast<std::size_t>(position);
}

struct NextCustomer {};
struct Customer {
  Point point;
  Ref producer;
};
struct Facility {
  Position position;  // of the child that it comes from; none: it comes from the parent
  std::int64_t depth;
  Point point;
};
struct RequestExit {};
struct ConfirmExit {
  std::int64_t facilities;
  std::int64_t customers;
  std::int64_t quadrants;
  std::int64_t messages;
};

/// What a quadrant begins with.
struct Beginning {
  Position position = Position::none;  // none: the root
  Box boundary;
  std::int64_t depth = 0;
  Points facilities;            // that it knows
  std::int64_t max_depth = -1;  // of those
  Points customers;
};

class Quadrant : public Actor {
 public:
  /// The root gets a place for what it finds at the end.
  Quadrant(Run& run, double threshold, const Beginning& beginning,
           std::shared_ptr<ConfirmExit> total = nullptr)
      : run_(run),
        total_(std::move(total)),
        threshold_(threshold),
        position_(beginning.position),
        boundary_(beginning.boundary),
        depth_(beginning.depth),
        facilities_(beginning.facilities),
        max_depth_(beginning.max_depth) {
    facilities_.push_back(boundary_.middle());
    for (const Point customer : beginning.customers) {
      add_customer(customer);
    }
  }
  void on(const Customer& customer) {
    ++messages_;
    if (children_.empty()) {
      add_customer(customer.point);
      if (cost_ > threshold_) {
        open_facility();
      }
    } else {
      children_[child_of(customer.point)] << customer;
    }
    if (is_root()) {
      customer.producer << NextCustomer{};
    }
  }
  void on(const Facility& facility) {
    ++messages_;
    facilities_.push_back(facility.point);
    if (facility.position == Position::none) {
      for (const auto& child : children_) {
        child << Facility{Position::none, depth_, facility.point};
      }
      return;
    }
    tell_parent(facility.point, facility.depth);
    max_depth_ = std::max(max_depth_, facility.depth);
    children_[opposite(facility.position)] << Facility{Position::none, depth_, facility.point};
  }
  void on(const RequestExit& request) {
    ++messages_;
    if (children_.empty()) {
      finish();
    }
    for (const auto& child : children_) {
      child << request;
    }
  }
  void on(const ConfirmExit& child) {
    ++messages_;
    result_.facilities += child.facilities;
    result_.customers += child.customers;
    result_.quadrants += child.quadrants;
    result_.messages += child.messages;
    if (++ended_children_ == children_.size()) {
      finish();
    }
  }
  void post_stop() override {
    if (total_) {
      *total_ = result_;
      run_.report(result_.customers);
    }
  }
  using Receives = Messages<Customer, Facility, RequestExit, ConfirmExit>;

 private:
  [[nodiscard]] bool is_root() const { return position_ == Position::none; }

  void add_customer(Point customer) {
    customers_.push_back(customer);
    double cost = std::numeric_limits<double>::max();
    for (const Point facility : facilities_) {
      cost = std::min(cost, distance(facility, customer));
    }
    cost_ += cost;
  }
  /// The first one, for a customer on a border.
  [[nodiscard]] std::size_t child_of(Point customer) const {
    const auto found =
        std::find_if(boundaries_.begin(), boundaries_.end(),
                     [=](const Box& boundary) { return boundary.contains(customer); });
    if (found == boundaries_.end()) {
      throw std::runtime_error("a customer is outside of the quadrant that it was sent to");
    }
    return static_cast<std::size_t>(found - boundaries_.begin());
  }
  void tell_parent(Point facility, std::int64_t depth) {
    if (!is_root()) {
      parent() << Facility{position_, depth, facility};
    }
  }
  void open_facility() {
    const auto [low, high] = boundary_;
    const Point middle = boundary_.middle();
    tell_parent(middle, depth_);
    max_depth_ = std::max(max_depth_, depth_);
    boundaries_ = {Box{{low.x, middle.y}, {middle.x, high.y}}, Box{middle, high}, Box{low, middle},
                   Box{{middle.x, low.y}, {high.x, middle.y}}};
    std::vector<Points> customers(boundaries_.size());
    for (const Point customer : customers_) {
      customers[child_of(customer)].push_back(customer);
    }
    customers_.clear();
    for (std::size_t i = 0; i < boundaries_.size(); ++i) {
      children_.push_back(spawn<Quadrant>(std::ref(run_), threshold_,
                                          Beginning{.position = static_cast<Position>(i),
                                                    .boundary = boundaries_[i],
                                                    .depth = depth_ + 1,
                                                    .facilities = facilities_,
                                                    .max_depth = max_depth_,
                                                    .customers = std::move(customers[i])}));
    }
  }
  void finish() {
    result_.facilities += children_.empty() ? 0 : 1;
    result_.customers += static_cast<std::int64_t>(customers_.size());
    result_.quadrants += 1;
    result_.messages += messages_;
    if (!is_root()) {
      parent() << result_;
    }
    stop();
  }

  Run& run_;
  std::shared_ptr<ConfirmExit> total_;
  double threshold_;
  Position position_;
  Box boundary_;
  std::int64_t depth_;
  Points facilities_;
  std::int64_t max_depth_;
  Points customers_;
  double cost_ = 0;
  std::vector<TypedRef<Quadrant>> children_;
  std::vector<Box> boundaries_;  // of the children
  std::size_t ended_children_ = 0;
  std::int64_t messages_ = 0;
  ConfirmExit result_{};
};

class Producer : public Actor {
 public:
  Producer(const Run& run, TypedRef<Quadrant> root)
      : root_(std::move(root)),
        left_(run["n"]),
        grid_(static_cast<double>(run["grid"])),
        random_(static_cast<std::uint64_t>(run["seed"])) {}
  void pre_start() override { send_customer(); }
  void on(const NextCustomer& /*next*/) {
    if (left_ > 0) {
      send_customer();
    } else {
      root_ << RequestExit{};
      stop();
    }
  }
  using Receives = Messages<NextCustomer>;

 private:
  void send_customer() {
    const double x = coordinate();
    root_ << Customer{{x, coordinate()}, self()};
    --left_;
  }
  double coordinate() { return grid_ / static_cast<double>(random_.next(65'536) + 1); }

  TypedRef<Quadrant> root_;
  std::int64_t left_;
  double grid_;
  PseudoRandom random_;
};

Outcome facloc(Run& run) {
  const auto grid = static_cast<double>(run["grid"]);
  const auto total = std::make_shared<ConfirmExit>();
  run.start();
  const auto root = run.node().spawn<Quadrant>(
      std::ref(run), kAlpha * std::numbers::sqrt2 * grid,
      Beginning{.boundary = {{0, 0}, {grid, grid}}, .facilities = {}, .customers = {}}, total);
  run.node().spawn<Producer>(std::cref(run), root);
  const std::int64_t customers = run.wait();
  run.add_figure("facilities", static_cast<double>(total->facilities));
  // What quadrants handled; and the producer is asked for more after each customer.
  return {.messages = static_cast<std::uint64_t>(total->messages + run["n"]),
          .verified = customers == run["n"] && total->quadrants == 4 * total->facilities + 1};
}

const Registration kRegistration({.name = "facloc",
                                  .summary = "quadrants open facilities for customers who come",
                                  .parameters = {{"n", 100'000, 1, 100'000'000},
                                                 {"grid", 500, 1, 1'000'000},
                                                 {"seed", 74'755, 0, 10'000'000}},
                                  .run = facloc});

}  // namespace
}  // namespace spinoff::bench::facloc
