#include "remote/open_files.hpp"

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/resource.h>

namespace spinoff::bench {

namespace {

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

std::size_t raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw std::system_error(errno, std::generic_category(), "getrlimit");
  }
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw std::system_error(errno, std::generic_category(), "setrlimit");
  }
  return limit.rlim_cur;
}

std::size_t open_files() {
  return entries("/proc/self/fd") - 1;  // without that of the folder
}

std::size_t threads() {
  return entries("/proc/self/task");
}

}  // namespace spinoff::bench
