#include "worker.hpp"

#include <spinoff/registry.hpp>

namespace spinoff::examples::compute {

const Registered<Worker, Ref> kWorker{"coordinator"};

}  // namespace spinoff::examples::compute
