/// CAF, and the little that these workloads need to be the same source for its versions 0.17, which
/// Debian 12 has, and 1.x.
#pragma once

#include <tuple>
#include <utility>

#include <caf/all.hpp>

#if CAF_MAJOR_VERSION < 1
// Here an atom is a text of up to ten characters that nobody has to know in advance. (0.17 has
// these macros, too, but not of this form.)
#undef CAF_BEGIN_TYPE_ID_BLOCK
#undef CAF_END_TYPE_ID_BLOCK
#undef CAF_ADD_ATOM
#define CAF_BEGIN_TYPE_ID_BLOCK(block, first)
#define CAF_END_TYPE_ID_BLOCK(block)
#define CAF_ADD_ATOM(block, space, name, text)          \
  namespace space {                                     \
  using name = ::caf::atom_constant<::caf::atom(text)>; \
  constexpr name name##_v;                              \
  }
#endif

namespace spinoff::bench {

/// Sends a message from the actor `self`.
template <class Self, class To, class... Values>
void tell(Self* self, const To& to, Values&&... values) {
#if CAF_MAJOR_VERSION < 1
  self->send(to, std::forward<Values>(values)...);
#else
  self->mail(std::forward<Values>(values)...).send(to);
#endif
}

/// Sends a message from outside of any actor.
template <class... Values>
void tell_from_outside(const caf::actor& to, Values&&... values) {
#if CAF_MAJOR_VERSION < 1
  caf::anon_send(to, std::forward<Values>(values)...);
#else
  caf::anon_mail(std::forward<Values>(values)...).send(to);
#endif
}

/// Who sent the message that `self` handles.
template <class Self>
caf::actor sender_of_current(Self* self) {
  return caf::actor_cast<caf::actor>(self->current_sender());
}

/// Sends a message in the name of who sent the one that `self` handles.
template <class Self, class... Values>
void pass_on(Self* self, const caf::actor& to, Values&&... values) {
#if CAF_MAJOR_VERSION < 1
  self->delegate(to, std::forward<Values>(values)...);
#else
  std::ignore = self->mail(std::forward<Values>(values)...).delegate(to);
#endif
}

/// Sends a question from the actor `self`; what it gives takes handlers of the answer and of
/// errors.
template <class Self, class To, class Timeout, class... Values>
auto ask(Self* self, const To& to, Timeout timeout, Values&&... values) {
#if CAF_MAJOR_VERSION < 1
  return self->request(to, timeout, std::forward<Values>(values)...);
#else
  return self->mail(std::forward<Values>(values)...).request(to, timeout);
#endif
}

/// The name of the setting for the number of threads that run actors.
#if CAF_MAJOR_VERSION < 1
constexpr const char* kMaxThreads = "scheduler.max-threads";
#else
constexpr const char* kMaxThreads = "caf.scheduler.max-threads";
#endif

}  // namespace spinoff::bench
