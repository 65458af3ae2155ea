#include "actor_library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <spinoff/serialization/quoted.hpp>

#include "runner_options.hpp"

namespace spinoff::api {

void load_actor_library(const std::string& file) {
  std::string path = file;
  if (file.find('/') == std::string::npos && access(file.c_str(), F_OK) == 0) {
    path = "./" + file;
  }
  // RTLD_GLOBAL: a message's type is known by the address of its record, which has to be one for
  // all libraries. Never closed: its actors, and their messages, may be anywhere.
  if (path.empty() || dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* const why = path.empty() ? "no file is named" : dlerror();
    throw UsageError("cannot load the library " + serialization::quoted(file) + ": " +
                     (why == nullptr ? "unknown reason" : why) +
                     "; give the path of a shared object with actor classes");
  }
}

}  // namespace spinoff::api
