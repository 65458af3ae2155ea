#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <spinoff/remoting/text_file.hpp>

namespace spinoff::remoting {
namespace {

// Nobody writes that much by hand.
constexpr std::size_t kMaxSize = std::size_t{1} << 20U;

[[noreturn]] void fail_with_errno() {
  throw std::runtime_error(std::generic_category().message(errno));
}

}  // namespace

std::string read_text_file(const std::string& file,
                           const std::function<void(const struct stat&)>& check) {
  struct Close {
    void operator()(std::FILE* open) const { std::fclose(open); }
  };
  const std::unique_ptr<std::FILE, Close> open(std::fopen(file.c_str(), "rbe"));
  if (open == nullptr) {
    fail_with_errno();
  }
  if (check) {
    struct stat status{};
    if (fstat(fileno(open.get()), &status) != 0) {
      fail_with_errno();
    }
    check(status);
  }
  std::string text(kMaxSize + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), open.get()));
  if (std::ferror(open.get()) != 0) {
    fail_with_errno();
  }
  if (text.size() > kMaxSize) {
    throw std::runtime_error("it has more than a megabyte");
  }
  return text;
}

}  // namespace spinoff::remoting
