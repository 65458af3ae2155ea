/// A mapper on a thread of the test.
#pragma once

#include <thread>
#include <utility>

#include <spinoff/remoting/mapper.hpp>

namespace spinoff::remoting::testing {

class RunningMapper {
 public:
  explicit RunningMapper(std::uint16_t port = 0)
      : RunningMapper(MapperOptions{.bind = NodeId("127.0.0.1", port)}) {}
  explicit RunningMapper(MapperOptions options) : mapper_(std::move(options)) {}
  RunningMapper(const RunningMapper&) = delete;
  RunningMapper& operator=(const RunningMapper&) = delete;
  ~RunningMapper() {
    mapper_.stop();
    thread_.join();
  }

  [[nodiscard]] const NodeId& node() const { return mapper_.node_id(); }
  [[nodiscard]] std::uint16_t port() const { return node().port(); }

 private:
  Mapper mapper_;
  std::thread thread_{[this] { mapper_.run(); }};
};

}  // namespace spinoff::remoting::testing
