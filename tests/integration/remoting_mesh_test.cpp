/// Many nodes of one process, each connected with each.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "fixture.hpp"

namespace {

using namespace spinoff;
using namespace spinoff::integration;

constexpr std::size_t kNodes = 12;

struct Possessions {
  std::size_t files = count("/proc/self/fd");
  std::size_t threads = count("/proc/self/task");

 private:
  static std::size_t count(const char* folder) {
    const std::filesystem::directory_iterator all(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

NodeOptions one_of_many() {
  NodeOptions options = options_at("127.0.0.1:0");
  options.workers = 1;
  return options;
}

/// All of them have sent each other a message, at the same time.
class Mesh {
 public:
  Mesh() {
    for (std::size_t i = 0; i < kNodes; ++i) {
      nodes_.push_back(std::make_unique<TestNode>(one_of_many()));
      nodes_.back()->probe("probe", heard_);
    }
    for (const auto& one : nodes_) {
      for (const auto& other : nodes_) {
        if (one != other) {
          one->remote(*other, "/probe") << Text{"hello"};
        }
      }
    }
    BOOST_TEST(heard_.next(kNodes * (kNodes - 1)).size() == kNodes * (kNodes - 1));
  }

  TestNode& operator[](std::size_t i) { return *nodes_[i]; }

 private:
  const Hearings heard_ = hearings();
  std::vector<std::unique_ptr<TestNode>> nodes_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(remoting_mesh)

BOOST_AUTO_TEST_CASE(R03_each_of_many_nodes_hears_once_of_each_other) {
  Mesh nodes;
  for (std::size_t i = 0; i < kNodes; ++i) {
    std::vector<std::string> others;
    for (const NodeUp& up : nodes[i].up.next(kNodes - 1)) {
      others.push_back(up.node.to_string());
    }
    std::ranges::sort(others);
    BOOST_TEST((std::ranges::adjacent_find(others) == others.end()));
    BOOST_TEST(nodes[i].up.empty());
    BOOST_TEST(nodes[i].down.empty());
  }
}

BOOST_AUTO_TEST_CASE(R06_many_nodes_stop_one_after_the_other_and_tell_all_that_are_left) {
  Mesh nodes;
  for (std::size_t i = 0; i < kNodes; ++i) {
    nodes[i]->stop();
    for (std::size_t left = i + 1; left < kNodes; ++left) {
      const NodeDown down = nodes[left].down.next();
      BOOST_TEST(down.node == nodes[i].id());
      BOOST_TEST(down.reason == "it was stopped");
    }
  }
}

BOOST_AUTO_TEST_CASE(L10_many_nodes_leave_no_thread_and_no_file_behind) {
  {
    const TestNode first(one_of_many());
  }  // what a process keeps from its first node on
  const Possessions before;
  {
    const Mesh nodes;
    const Possessions meanwhile;
    BOOST_TEST(meanwhile.files >= before.files + kNodes * (kNodes - 1) * 3);
    BOOST_TEST(meanwhile.threads >= before.threads + kNodes);
  }
  const Possessions after;
  BOOST_TEST(after.files <= before.files);
  BOOST_TEST(after.threads <= before.threads);
}

BOOST_AUTO_TEST_SUITE_END()
