#include <stdexcept>
#include <string>

#include <spinoff/errors.hpp>
#include <spinoff/supervision.hpp>

namespace spinoff {

namespace {

void require(bool holds, const char* what) {
  if (!holds) {
    throw std::invalid_argument(what);
  }
}

}  // namespace

Decision::Decision(const spinoff::Restart& how) : how_(how), kind_(Restart) {
  require(how.within > std::chrono::nanoseconds(0),
          "a restart's `within` is no time at all: give more than zero");
  require(how.max.has_value() || how.within == std::chrono::nanoseconds::max(),
          "a restart has `within`, but no `max` to be reached in that time: give both");
  if (how.backoff.has_value()) {
    how.backoff->check();
  }
}

Decision all_for_one(Decision decision) {
  decision.for_all_ = true;
  return decision;
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
