#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <spinoff/peer_list.hpp>
#include <spinoff/remoting/key_files.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "key_lines.hpp"

namespace spinoff::remoting {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kEverybodyReads = 0644;

/// A file that is made here, and removed again unless it is kept.
class NewFile {
 public:
  NewFile(std::string name, mode_t mode)
      : name_(std::move(name)),
        fd_(open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) {
    if (fd_ < 0) {
      fail(errno == EEXIST ? "it is there already, and a key that is in use is not overwritten: "
                             "name another file, or remove this one"
                           : std::generic_category().message(errno));
    }
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    close(fd_);
    if (!kept_) {
      unlink(name_.c_str());
    }
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t size = ::write(fd_, text.data(), text.size());
      if (size < 0 && errno != EINTR) {
        fail(std::generic_category().message(errno));
      }
      text.remove_prefix(size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    if (fsync(fd_) != 0 && errno != EINVAL) {
      fail(std::generic_category().message(errno));
    }
  }
  void keep() noexcept { kept_ = true; }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw InvalidKey("cannot write the key " + serialization::quoted(name_) + ": " + why);
  }

  const std::string name_;
  const int fd_;
  bool kept_ = false;
};

}  // namespace

void write_key_pair(const std::string& file, std::string_view node, const SecretKey& key) {
  PeerList().add(node, key.public_key());  // throws if it is no node
  const std::string of_node = "of the node " + std::string(node);
  NewFile secret(file, kOwnerOnly);
  NewFile shown(file + ".pub", kEverybodyReads);
  secret.write("# The secret key " + of_node + ". Whoever has it can speak for that node.\n" +
               std::string(kSecretWord) + " " + key.reveal() + "\n");
  shown.write("# The public key " + of_node + ", for the lists of its peers.\n" +
              std::string(node) + " " + key.public_key().to_string() + "\n");
  secret.keep();
  shown.keep();
}

}  // namespace spinoff::remoting
