/// One run of a workload on no engine at all.
#pragma once

#include "savina/program/run_base.hpp"

namespace spinoff::bench {

class Run : public RunBase {
 public:
  using RunBase::RunBase;
};

}  // namespace spinoff::bench
