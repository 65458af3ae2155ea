/// Keys as values, and their files.
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.hpp>

#include <spinoff/keys.hpp>
#include <spinoff/peer_list.hpp>
#include <spinoff/remoting/key_files.hpp>

#include "support/folder.hpp"

namespace {

using spinoff::InvalidKey;
using spinoff::NodeId;
using spinoff::PeerList;
using spinoff::PublicKey;
using spinoff::SecretKey;
using spinoff::remoting::write_key_pair;
using spinoff::testing::Folder;
using Parts = std::vector<std::string>;

// The pair of ZeroMQ's own documentation.
constexpr const char* kSecret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";
constexpr const char* kPublic = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

template <class Function>
void check_told(Function function, const Parts& told) {
  std::string error = "no error";
  try {
    function();
  } catch (const InvalidKey& invalid) {
    error = invalid.what();
  }
  for (const std::string& part : told) {
    BOOST_TEST(error.find(part) != std::string::npos, "\"" << error << "\" does not say: " << part);
  }
  BOOST_TEST(error.find(kSecret) == std::string::npos, "it shows a secret");
}

unsigned mode_of(const std::string& file) {
  struct stat status{};
  BOOST_REQUIRE_EQUAL(stat(file.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

std::string only_owner_reads(const std::string& file) {
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  return file;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keys)

BOOST_AUTO_TEST_CASE(K04_a_secret_key_knows_its_public_one) {
  BOOST_TEST(SecretKey::parse(kSecret).public_key().to_string() == kPublic);
  const SecretKey made = SecretKey::generate();
  BOOST_TEST(SecretKey::parse(made.reveal()).public_key().to_string() ==
             made.public_key().to_string());
  BOOST_TEST((made.public_key() != SecretKey::generate().public_key()));
  BOOST_TEST((PublicKey::parse(kPublic) == SecretKey::parse(kSecret).public_key()));
}

BOOST_AUTO_TEST_CASE(K04_a_text_that_is_no_key_is_told_without_showing_it) {
  check_told([] { PublicKey::parse(""); }, {"has 40 characters, and this has 0"});
  check_told([] { SecretKey::parse(std::string(kSecret) + "x"); }, {"this has 41"});
  std::string bad = kSecret;
  bad[7] = '"';
  check_told([&] { SecretKey::parse(bad); }, {"a character that Z85 does not have"});
}

BOOST_AUTO_TEST_CASE(K04_new_keys_go_into_two_files_and_only_their_owner_reads_the_secret) {
  const Folder folder;
  const SecretKey key = SecretKey::generate();
  write_key_pair(folder.file("a.key"), "10.0.0.1:9700", key);
  BOOST_TEST(folder.names() == (Parts{"a.key", "a.key.pub"}), boost::test_tools::per_element());
  BOOST_TEST(mode_of(folder.file("a.key")) == 0600U);
  BOOST_TEST((SecretKey::read(folder.file("a.key")).public_key() == key.public_key()));
  const PeerList peers = PeerList::read(folder.file("a.key.pub"));
  BOOST_TEST((*peers.key_of(NodeId("10.0.0.1", 9700)) == key.public_key()));
  BOOST_TEST(folder.read("a.key.pub").find(key.reveal()) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(K04_no_file_is_overwritten_and_nothing_is_left_of_keys_that_failed) {
  const Folder folder;
  const SecretKey key = SecretKey::generate();
  const std::string file = folder.write("a.key", "dear diary");
  check_told([&] { write_key_pair(file, "*", key); },
             {"a.key\"", "it is there already", "name another file"});
  BOOST_TEST(folder.read("a.key") == "dear diary");
  BOOST_TEST(folder.names() == Parts{"a.key"}, boost::test_tools::per_element());
  std::ignore = folder.write("b.key.pub", "dear diary");
  check_told([&] { write_key_pair(folder.file("b.key"), "*", key); },
             {"b.key.pub\"", "it is there already"});
  BOOST_TEST(folder.names() == (Parts{"a.key", "b.key.pub"}), boost::test_tools::per_element());
  check_told([&] { write_key_pair(folder.file("no/such"), "*", key); }, {"No such file"});
  check_told([&] { write_key_pair(folder.file("c"), "nonsense", key); },
             {"invalid node id \"nonsense\"", "write host:port, host:* or *"});
  BOOST_TEST(folder.names() == (Parts{"a.key", "b.key.pub"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(K04_a_secret_key_that_others_may_read_is_refused_as_ssh_does) {
  const Folder folder;
  write_key_pair(folder.file("a"), "*", SecretKey::generate());
  for (const unsigned mode : {0640U, 0604U, 0660U, 0601U}) {
    BOOST_REQUIRE_EQUAL(chmod(folder.file("a").c_str(), mode), 0);
    check_told([&] { SecretKey::read(folder.file("a")); },
               {"others may read or write the secret key", "/a\"", "chmod 600"});
  }
  BOOST_REQUIRE_EQUAL(chmod(folder.file("a").c_str(), 0400), 0);
  BOOST_CHECK_NO_THROW(SecretKey::read(folder.file("a")));
}

BOOST_AUTO_TEST_CASE(K04_a_file_that_is_no_secret_key_is_told_with_the_line) {
  const Folder folder;
  const auto check = [&](const std::string& text, const Parts& told) {
    const std::string file = only_owner_reads(folder.write("k", text));
    check_told([&] { SecretKey::read(file); }, told);
  };
  const std::string secret = kSecret;
  check("", {"/k: expected one line", "found 0", "startnode keygen"});
  check("# only a comment\n", {"found 0"});
  check("\n# a\nsecret-key\n", {"/k:3: expected two words"});
  check("secret-key " + secret + " x\n", {"/k:1: expected two words"});
  check("secret-key " + secret + "\nsecret-key " + secret + "\n", {"found 2"});
  check("secret-key " + secret + secret + "\n", {"/k:1: that is no key", "this has 80"});
  check("10.0.0.1:9700 " + std::string(kPublic), {"/k:1:", "a public one", "without the .pub"});
  check_told([&] { SecretKey::read(folder.file("none")); },
             {"cannot read the secret key", "No such file", "startnode keygen"});
  const std::string good = "# mine\r\n\n  secret-key\t" + secret + "  \r\n";
  BOOST_TEST(SecretKey::read(only_owner_reads(folder.write("g", good))).reveal() == kSecret);
}

BOOST_AUTO_TEST_SUITE_END()
