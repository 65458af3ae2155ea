#include <spinoff/errors.hpp>

namespace spinoff {

std::string describe(const std::exception_ptr& error) {
  if (error == nullptr) {
    return "no error";
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    const char* const what = exception.what();
    std::string text = what != nullptr ? what : "an exception that does not say what";
    // One that was thrown outside of a handler has nothing nested, and std::rethrow_if_nested would
    // end the program.
    const auto* const outer = dynamic_cast<const std::nested_exception*>(&exception);
    if (outer != nullptr && outer->nested_ptr() != nullptr) {
      text += ": " + describe(outer->nested_ptr());
    }
    return text;
  } catch (...) {
    return "something was thrown that is no std::exception";
  }
}

}  // namespace spinoff
