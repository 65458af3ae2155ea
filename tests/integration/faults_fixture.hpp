/// A node that notices soon that another is gone, and what has to hold whatever happens.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "fixture.hpp"
#include "peer_process.hpp"

namespace spinoff::integration {

inline const std::map<std::string, std::string> kImpatientPeer{{"SPINOFF_PEER_SILENCE", "600"}};

inline NodeOptions impatient_at(std::string address) {
  NodeOptions options = options_at(std::move(address));
  options.heartbeat = 60ms;
  options.silence = 600ms;
  options.unreachable_after = 10min;  // what is said to a node that is down waits for it
  return options;
}

/// An actor that talks to the echo of a peer_node, and watches it.
class Talker {
 public:
  Talker(TestNode& here, const std::string& peer)
      : actor_(here.probe("talker", heard_)), echo_(here->lookup(peer + "/echo")) {}

  void watch() {
    call(actor_, [this](Puppet& me) { me.watch(echo_); });
  }
  /// Numbers, which go on from call to call.
  void send(int count) {
    call(actor_, [this, count](Puppet&) {
      for (int i = 0; i < count; ++i) {
        echo_ << Text{std::to_string(++sent_)};
      }
    });
  }
  /// All that was sent has come back, in order, and nothing else was heard.
  void check_all_came_back() {
    while (last_ < sent_) {
      BOOST_TEST_REQUIRE(heard_.next().text == std::to_string(++last_));
    }
  }
  /// The last that was sent has come back. Of what was sent before, some may be lost with the
  /// session, but the rest is in order and comes once; and every watch was answered: so often.
  void check_in_order(std::size_t terminated) {
    while (last_ < sent_) {
      const Heard heard = heard_.next();
      if (heard.text == "terminated") {
        ++terminated_;
        continue;
      }
      take(heard);
    }
    BOOST_TEST(terminated_ == terminated);
  }
  /// Whether the watch was answered before the last that was sent has come back. What comes back is
  /// in order.
  [[nodiscard]] bool is_terminated_before_all_came_back() {
    while (last_ < sent_) {
      const Heard heard = heard_.next();
      if (heard.text == "terminated") {
        ++terminated_;
        return true;
      }
      take(heard);
    }
    return false;
  }
  /// The watch was answered; what comes back before is checked like above.
  void wait_for_terminated() {
    for (Heard heard = heard_.next(); heard.text != "terminated"; heard = heard_.next()) {
      take(heard);
    }
    ++terminated_;
  }

 private:
  void take(const Heard& heard) {
    const int number = std::stoi(heard.text);
    BOOST_TEST_REQUIRE(number > last_);
    last_ = number;
  }

  const Hearings heard_ = hearings();
  const Ref actor_;
  const Ref echo_;
  int sent_ = 0;
  int last_ = 0;
  std::size_t terminated_ = 0;
};

}  // namespace spinoff::integration
