#include "keygen.hpp"

#include <cstdio>

#include <CLI/CLI.hpp>

#include <spinoff/remoting/key_files.hpp>

namespace spinoff::api {
namespace {

constexpr const char* kDescription =
    "Makes the keys of a node: FILE, the secret one, and FILE.pub, the public one.";

constexpr const char* kFooter =
    R"(Give the node the secret one, `--key FILE`, and nobody else. The public one is the line for the
lists of the nodes that it talks to, `--peers`: put it into that file, or the whole FILE.pub into
that folder. Files that are there already are never overwritten.

Example:
  startnode keygen a.key --node 10.0.0.1:9700
)";

}  // namespace

int run_keygen(const std::string& program, int argc, const char* const* argv) {
  std::string file;
  std::string node;
  CLI::App app(kDescription, program + " " + std::string(kKeygen));
  app.footer(kFooter);
  app.add_option("FILE", file, "Where the secret key goes")->required();
  app.add_option("--node", node,
                 "The node's id, as in its --remoting; host:* for all nodes of a host, '*' for any "
                 "node")
      ->required()
      ->type_name("HOST:PORT");
  app.set_help_flag("-h,--help", "Print this help and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::Error& error) {
    throw UsageError(std::string(kKeygen) + ": " + error.what() + "; " + std::string(kKeygen) +
                     " --help says more");
  }
  const SecretKey key = SecretKey::generate();
  remoting::write_key_pair(file, node, key);
  std::printf(
      "wrote the secret key %s: for the node %s alone, with --key\n"
      "wrote the public key %s.pub: for the lists of its peers, --peers\n"
      "%s %s\n",
      file.c_str(), node.c_str(), file.c_str(), node.c_str(), key.public_key().to_string().c_str());
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
