// Has a class with the name of one in actors.cpp.
#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace runner_test_twin {

class Twin : public spinoff::Actor {
 public:
  static constexpr std::string_view kTypeName = "runner_test.Echo";
};
const spinoff::Registered<Twin> kTwin;

}  // namespace runner_test_twin
