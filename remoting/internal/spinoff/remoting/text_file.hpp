/// Small files that people write by hand, or could.
#pragma once

#include <functional>
#include <string>

#include <sys/stat.h>

namespace spinoff::remoting {

/// All of the file; `check` sees what it is before it is read. Throws std::runtime_error with the
/// reason alone, such as "No such file or directory", also if it has more than a megabyte.
[[nodiscard]] std::string read_text_file(const std::string& file,
                                         const std::function<void(const struct stat&)>& check = {});

}  // namespace spinoff::remoting
