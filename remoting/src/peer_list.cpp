#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include <spinoff/peer_list.hpp>
#include <spinoff/remoting/text_file.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "key_lines.hpp"

namespace spinoff {
namespace {

using remoting::kSecretWord;

constexpr std::string_view kAny = "*";
constexpr std::string_view kAnyPort = ":*";

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw InvalidKey("cannot read the list of peers " + serialization::quoted(path) + ": " + why);
}

std::vector<std::string> files_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return {path};
  }
  std::vector<std::string> files;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".pub") {
      files.push_back(entry->path());
    }
  }
  if (error) {
    fail(path, error.message());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_file(PeerList& peers, const std::string& file) {
  std::string text;
  try {
    text = remoting::read_text_file(file);
  } catch (const std::runtime_error& error) {
    fail(file, error.what());
  }
  for (const remoting::KeyLine& line : remoting::key_lines(file, text)) {
    if (line.first == kSecretWord) {
      throw InvalidKey(line.place +
                       ": this is a secret key, which is for its own node alone; the list has "
                       "public ones, as in the file with .pub behind");
    }
    try {
      peers.add(line.first, PublicKey::parse(line.second));
    } catch (const InvalidKey& error) {
      throw InvalidKey(line.place + ": " + error.what());
    }
  }
}

NodeId node_of(std::string_view text) {
  try {
    return NodeId::parse(text);
  } catch (const InvalidUri& error) {
    throw InvalidKey(error.what() + std::string("; write host:port, host:* or *"));
  }
}

void check_same(std::string_view node, const PublicKey& known, const PublicKey& key) {
  if (known != key) {
    throw InvalidKey("there is another key for " + serialization::quoted(node) +
                     " already; a node has one, so leave out the one that is not in use");
  }
}

}  // namespace

PeerList PeerList::read(const std::string& path) {
  PeerList peers;
  for (const std::string& file : files_of(path)) {
    add_file(peers, file);
  }
  if (peers.keys_.empty()) {
    fail(path,
         "no key is in it; put the files FILE.pub of `startnode keygen` there, or their "
         "lines");
  }
  return peers;
}

void PeerList::add(std::string_view node, const PublicKey& key) {
  if (node == kAny) {
    check_same(node, any_.value_or(key), key);
    any_ = key;
  } else if (node.ends_with(kAnyPort)) {
    const std::string_view host = node.substr(0, node.size() - kAnyPort.size());
    check_same(
        node, hosts_.try_emplace(node_of(std::string(host) + ":0").host(), key).first->second, key);
  } else {
    const NodeId id = node_of(node);
    if (id.port() == 0) {
      throw InvalidKey("no node has the port 0, as in " + serialization::quoted(node) +
                       "; for a node that takes any free one write host:*");
    }
    check_same(node, nodes_.try_emplace(id, key).first->second, key);
  }
  keys_.insert(key);
}

const PublicKey* PeerList::key_of(const NodeId& node) const {
  if (const auto found = nodes_.find(node); found != nodes_.end()) {
    return &found->second;
  }
  if (const auto found = hosts_.find(node.host()); found != hosts_.end()) {
    return &found->second;
  }
  return any_ ? &*any_ : nullptr;
}

}  // namespace spinoff
