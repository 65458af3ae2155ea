/// peer_node.cpp in a process.
#pragma once

#include <csignal>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/process.hpp"

namespace spinoff::integration {

class PeerProcess {
 public:
  /// `what` is more of its arguments.
  explicit PeerProcess(const std::string& address = "127.0.0.1:0",
                       const std::vector<std::string>& what = {})
      : PeerProcess(command(address, what), {}) {}
  /// Anything that ends up as a peer_node.
  PeerProcess(std::vector<std::string> command,
              const std::map<std::string, std::string>& environment)
      : child_(std::move(command), environment) {
    constexpr std::string_view kListening = "listening ";
    address_ = child_.wait_for_line(kListening).substr(kListening.size());
  }

  testing::ChildProcess* operator->() { return &child_; }
  [[nodiscard]] const std::string& address() const { return address_; }

  void check_orderly_stop() {
    child_.signal(SIGTERM);
    child_.wait_for_line("stopped");
    BOOST_TEST(child_.wait() == 0, child_.output());
  }

  static std::vector<std::string> command(const std::string& address,
                                          const std::vector<std::string>& what = {}) {
    std::vector<std::string> words{SPINOFF_PEER_NODE, address};
    words.insert(words.end(), what.begin(), what.end());
    return words;
  }

 private:
  testing::ChildProcess child_;
  std::string address_;
};

}  // namespace spinoff::integration
