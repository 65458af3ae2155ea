/// Which key a node has.
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/peer_list.hpp>

#include "support/folder.hpp"

namespace {

using spinoff::InvalidKey;
using spinoff::NodeId;
using spinoff::PeerList;
using spinoff::PublicKey;
using spinoff::SecretKey;
using spinoff::testing::Folder;

PublicKey some_key() {
  return SecretKey::generate().public_key();
}

struct PeersFixture {
  const Folder folder;
  const PublicKey one = some_key();
  const PublicKey two = some_key();
  const PublicKey three = some_key();

  static bool has(const PeerList& peers, const char* node, const PublicKey& key) {
    const PublicKey* const found = peers.key_of(NodeId::parse(node));
    return found != nullptr && *found == key;
  }
  void check_told(const std::string& text, const std::vector<std::string>& told) const {
    std::string error = "no error";
    try {
      PeerList::read(folder.write("peers", text));
    } catch (const InvalidKey& invalid) {
      error = invalid.what();
    }
    for (const std::string& part : told) {
      BOOST_TEST(error.find(part) != std::string::npos,
                 "\"" << error << "\" does not say: " << part);
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(peer_list, PeersFixture)

BOOST_AUTO_TEST_CASE(K03_a_node_belongs_to_the_most_specific_line_that_fits) {
  PeerList peers;
  BOOST_TEST(peers.key_of(NodeId("a", 1)) == nullptr);
  peers.add("*", three);
  peers.add("a:*", two);
  peers.add("A:1", one);
  peers.add("[::1]:*", one);
  BOOST_TEST(has(peers, "a:1", one));
  BOOST_TEST(has(peers, "a:2", two));
  BOOST_TEST(has(peers, "b:1", three));
  BOOST_TEST(has(peers, "[0:0:0:0:0:0:0:1]:7", one));
  BOOST_TEST((peers.knows(one) && peers.knows(two) && peers.knows(three)));
  BOOST_TEST(!peers.knows(some_key()));
}

BOOST_AUTO_TEST_CASE(K03_a_node_has_one_key) {
  PeerList peers;
  for (const char* const node : {"a:1", "a:*", "*"}) {
    peers.add(node, one);
    BOOST_CHECK_NO_THROW(peers.add(node, one));
    BOOST_CHECK_THROW(peers.add(node, two), InvalidKey);
  }
  BOOST_TEST(has(peers, "a:1", one));
  BOOST_TEST(!peers.knows(two));
}

BOOST_AUTO_TEST_CASE(K04_a_list_is_a_file_or_the_public_files_of_a_folder) {
  const std::string text = "# all\n\n a:1  " + one.to_string() + "\r\nb:*\t" + two.to_string();
  const PeerList file = PeerList::read(folder.write("x.pub", text));
  BOOST_TEST(has(file, "a:1", one));
  BOOST_TEST(has(file, "b:9", two));
  std::ignore = folder.write("y.pub", "* " + three.to_string() + "\n");
  std::ignore = folder.write("z", "secret-key nothing\n");
  const PeerList all = PeerList::read(folder.file(""));
  BOOST_TEST(has(all, "a:1", one));
  BOOST_TEST(has(all, "c:1", three));
}

BOOST_AUTO_TEST_CASE(K04_a_bad_list_is_told_with_the_line) {
  const std::string key = one.to_string();
  check_told("", {"cannot read the list of peers", "peers\"", "no key is in it"});
  check_told("a:1 " + key + "\na:1 " + two.to_string(),
             {"/peers:2: there is another key for \"a:1\" already"});
  check_told("\na:1\n", {"/peers:2: expected two words"});
  check_told("a:1 " + key + " b", {"/peers:1: expected two words"});
  check_told("a:1 " + key + "x", {"/peers:1: that is no key", "this has 41"});
  check_told("a " + key, {"/peers:1: invalid node id \"a\"", "host:port, host:* or *"});
  check_told("a:0 " + key, {"/peers:1: no node has the port 0", "host:*"});
  check_told("secret-key " + key, {"/peers:1: this is a secret key", ".pub"});
  check_told(std::string((1U << 20U) + 1, '#'), {"/peers\": it has more than a megabyte"});
  BOOST_CHECK_THROW(PeerList::read(folder.file("none")), InvalidKey);
  const Folder empty;
  BOOST_CHECK_THROW(PeerList::read(empty.file("")), InvalidKey);
  std::filesystem::create_directory(empty.file("no_file.pub"));
  BOOST_CHECK_EXCEPTION(PeerList::read(empty.file("")), InvalidKey, [](const InvalidKey& error) {
    return std::string(error.what()).ends_with("no_file.pub\": Is a directory");
  });
}

BOOST_AUTO_TEST_SUITE_END()
