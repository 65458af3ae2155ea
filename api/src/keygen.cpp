#include "keygen.hpp"

#include <cstdio>

#include <spinoff/remoting/key_files.hpp>

#include "command_lines.hpp"

namespace spinoff::api {
int run_keygen(const std::string& program, int argc, const char* const* argv) {
  const KeygenLine line = read_keygen_line(program, argc, argv);
  if (line.answer) {
    std::fputs(line.answer->c_str(), stdout);
    return 0;
  }
  const SecretKey key = SecretKey::generate();
  remoting::write_key_pair(line.file, line.node, key);
  std::printf(
      "wrote the secret key %s: for the node %s alone, with --key\n"
      "wrote the public key %s.pub: for the lists of its peers, --peers\n"
      "%s %s\n",
      line.file.c_str(), line.node.c_str(), line.file.c_str(), line.node.c_str(),
      key.public_key().to_string().c_str());
  return 0;
}

std::optional<Security> security_of(const RunnerOptions& options) {
  if (options.key.has_value() != options.peers.has_value()) {
    throw UsageError(
        "--key and --peers belong together: a node has a key of its own, and a list of the nodes "
        "that it talks to");
  }
  if (!options.key) {
    return std::nullopt;
  }
  return Security{.key = SecretKey::read(*options.key), .peers = PeerList::read(*options.peers)};
}

}  // namespace spinoff::api
