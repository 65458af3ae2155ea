#include <spinoff/errors.hpp>
#include <spinoff/supervision.hpp>

namespace spinoff {

std::string describe(const std::exception_ptr& error) {
  if (error == nullptr) {
    return "no error";
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    std::string text = exception.what();
    try {
      std::rethrow_if_nested(exception);
    } catch (...) {
      text += ": " + describe(std::current_exception());
    }
    return text;
  } catch (...) {
    return "something was thrown that is no std::exception";
  }
}

Decision default_decision(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const CreateFailed&) {
    return Decision::Stop;
  } catch (const std::logic_error&) {
    return Decision::Escalate;
  } catch (const std::exception&) {
    return Decision::Restart;
  } catch (...) {
    return Decision::Escalate;
  }
}

}  // namespace spinoff
