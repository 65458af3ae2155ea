/// The root of a node's tree.
#pragma once

#include <spinoff/detail/behavior.hpp>

namespace spinoff::engine {

extern const detail::ActorType kGuardianType;

detail::FactoryPtr make_guardian(Decision decision);

}  // namespace spinoff::engine
