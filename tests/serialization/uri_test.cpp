/// Node ids and URIs: what is read, how it prints, and how a bad one is told.
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/format.hpp>
#include <spinoff/uri.hpp>

namespace {

using spinoff::InvalidUri;
using spinoff::NodeId;
using spinoff::Uri;
using namespace std::string_literals;

template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const InvalidUri& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct GoodUri {
  std::string text;
  std::string node;  // empty: none
  std::string path;
  std::string name;
  std::string printed;
};

const std::vector<GoodUri> kGoodUris{
    {"127.0.0.1:9700/app/worker", "127.0.0.1:9700", "/app/worker", "worker",
     "127.0.0.1:9700/app/worker"},
    {"/app/worker", "", "/app/worker", "worker", "/app/worker"},
    {"/a", "", "/a", "a", "/a"},
    {"127.0.0.1:9700", "127.0.0.1:9700", "", "", "127.0.0.1:9700"},
    {"tcp://127.0.0.1:9700/app", "127.0.0.1:9700", "/app", "app", "127.0.0.1:9700/app"},
    {"tcp://example.org:1", "example.org:1", "", "", "example.org:1"},
    {"localhost:0/a/b/c/d", "localhost:0", "/a/b/c/d", "d", "localhost:0/a/b/c/d"},
    {"localhost:65535/$echo-1", "localhost:65535", "/$echo-1", "$echo-1",
     "localhost:65535/$echo-1"},
    {"[::1]:9700/app", "[::1]:9700", "/app", "app", "[::1]:9700/app"},
    {"tcp://[2001:DB8:0:0:0:0:0:1]:80/a", "[2001:db8::1]:80", "/a", "a", "[2001:db8::1]:80/a"},
    {"[::ffff:127.0.0.1]:1/a", "[::ffff:127.0.0.1]:1", "/a", "a", "[::ffff:127.0.0.1]:1/a"},
    {"Host-1.Example.ORG:5/A", "host-1.example.org:5", "/A", "A", "host-1.example.org:5/A"},
    {"my_service:5/a:b@c", "my_service:5", "/a:b@c", "a:b@c", "my_service:5/a:b@c"},
    {"3com.com:5/a", "3com.com:5", "/a", "a", "3com.com:5/a"},
    {"/caf\xC3\xA9/[x]", "", "/caf\xC3\xA9/[x]", "[x]", "/caf\xC3\xA9/[x]"},
};

struct BadText {
  std::string text;
  std::vector<std::string_view> told;  // what the error has to say
};

const std::vector<BadText> kBadNodes{
    {"127.0.0.1", {"has no port", "host:port"}},
    {"127.0.0.1:", {"port is empty"}},
    {":9700", {"host is empty"}},
    {":", {"host is empty"}},
    {"[]:9700", {"is not an IPv6 address"}},
    {"[:9700", {"no closing bracket"}},
    {"host:97x", {"port \"97x\"", "not a decimal number"}},
    {"host:+1", {"port \"+1\"", "not a decimal number"}},
    {"host:-1", {"port \"-1\"", "not a decimal number"}},
    {"host:0x10", {"port \"0x10\"", "not a decimal number"}},
    {"host:1.5", {"port \"1.5\"", "not a decimal number"}},
    {"host:65536", {"port \"65536\"", "greater than 65535"}},
    {"host:99999999999999999999999", {"port \"99999999999999999999999\"", "65535"}},
    {"host:080", {"port \"080\"", "leading zero"}},
    {"host:00", {"port \"00\"", "leading zero"}},
    {"256.0.0.1:1", {"host \"256.0.0.1\"", "not an IPv4 address"}},
    {"127.1:1", {"host \"127.1\"", "not an IPv4 address"}},
    {"127.0.0.01:1", {"host \"127.0.0.01\"", "not an IPv4 address"}},
    {"1.2.3.4.5:1", {"not an IPv4 address"}},
    {"2130706433:1", {"not an IPv4 address"}},
    {"a..b:1", {"host \"a..b\"", "empty part"}},
    {".a:1", {"host \".a\"", "empty part"}},
    {"a.:1", {"host \"a.\"", "empty part"}},
    {"-a.b:1", {"host \"-a.b\"", "begins or ends with '-'"}},
    {"a-.b:1", {"host \"a-.b\"", "begins or ends with '-'"}},
    {"*:1", {"host \"*\"", "character \"*\""}},
    {"caf\xC3\xA9:1", {"host \"caf\xC3\xA9\"", "letters, digits"}},
    {std::string(64, 'a') + ":1", {"more than 63 characters"}},
    {"a" + std::string(64, 'b') + ".c:1", {"more than 63 characters"}},
    {"::1:9700", {"more than one colon", "[::1]:9700"}},
    {"[::1]", {"has no port"}},
    {"[::1]9700", {"\"9700\"", "[address]:port"}},
    {"[::1:9700", {"no closing bracket"}},
    {"[::g]:1", {"host \"::g\"", "not an IPv6 address"}},
    {"[1::2::3]:1", {"host \"1::2::3\"", "not an IPv6 address"}},
    {"[127.0.0.1]:1", {"host \"127.0.0.1\"", "not an IPv6 address"}},
    {"[fe80::1%eth0]:1", {"host \"fe80::1%eth0\"", "zone"}},
    {"a b:1", {"space or a control character"}},
    {" host:1", {"space or a control character"}},
    {"host:1 ", {"space or a control character"}},
    {"host:1\n", {"host:1\\n", "space or a control character"}},
    {"ho\0st:1"s, {"ho\\x00st:1", "space or a control character"}},
    {"http://host:1", {"scheme \"http\"", "tcp://"}},
    {"TCP://host:1", {"scheme \"TCP\"", "tcp://"}},
    {"://host:1", {"scheme \"\""}},
    {"tcp://", {"has no port"}},
};

const std::vector<BadText> kBadPaths{
    {"/", {"path \"/\"", "ends with '/'"}},
    {"/a/", {"path \"/a/\"", "ends with '/'"}},
    {"//a", {"path \"//a\"", "empty part"}},
    {"/a//b", {"path \"/a//b\"", "empty part"}},
    {"/a b", {"path \"/a b\"", "space or a control character"}},
    {"/a\tb", {"path \"/a\\tb\"", "space or a control character"}},
    {"/a\x1B[2J", {"path \"/a\\x1b[2J\"", "space or a control character"}},
    {"/a\x7F", {"path \"/a\\x7f\"", "space or a control character"}},
    {"/a\0b"s, {"path \"/a\\x00b\"", "space or a control character"}},
};

void check_told(const BadText& bad, std::string_view kind, const std::string& error) {
  BOOST_TEST(contains(error, "invalid " + std::string(kind) + " \""), error);
  for (const std::string_view part : bad.told) {
    BOOST_TEST(contains(error, part), "\"" << error << "\" does not say: " << part);
  }
  for (const char c : error) {
    BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 && c != '\x7F'), "control character");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uri)

BOOST_AUTO_TEST_CASE(U01_a_uri_is_a_node_and_a_path_or_only_one_of_them) {
  for (const GoodUri& good : kGoodUris) {
    BOOST_TEST_CONTEXT(good.text) {
      const Uri uri = Uri::parse(good.text);
      BOOST_TEST((uri.node() ? uri.node()->to_string() : "") == good.node);
      BOOST_TEST(uri.path() == good.path);
      BOOST_TEST(uri.name() == good.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(U01_the_guardian_has_the_empty_path) {
  BOOST_TEST(Uri().path().empty());
  BOOST_TEST(Uri().name().empty());
  BOOST_TEST(!Uri().node().has_value());
  BOOST_TEST(Uri().to_string().empty());
  const Uri remote{NodeId{"localhost", 9700}, ""};
  BOOST_TEST(remote.to_string() == "localhost:9700");
  BOOST_CHECK(Uri::parse("localhost:9700") == remote);
}

BOOST_AUTO_TEST_CASE(U01_tcp_in_front_changes_nothing) {
  BOOST_CHECK(Uri::parse("tcp://127.0.0.1:9700/a") == Uri::parse("127.0.0.1:9700/a"));
  BOOST_CHECK(NodeId::parse("tcp://[::1]:9700") == NodeId::parse("[::1]:9700"));
}

BOOST_AUTO_TEST_CASE(U02_a_uri_prints_as_what_parses_to_the_same_uri) {
  for (const GoodUri& good : kGoodUris) {
    BOOST_TEST_CONTEXT(good.text) {
      const Uri uri = Uri::parse(good.text);
      BOOST_TEST(uri.to_string() == good.printed);
      BOOST_CHECK(Uri::parse(uri.to_string()) == uri);
    }
  }
}

BOOST_AUTO_TEST_CASE(U02_fmt_prints_uris_and_node_ids) {
  BOOST_TEST(fmt::format("<{}>", Uri::parse("tcp://[::1]:9700/other")) == "<[::1]:9700/other>");
  BOOST_TEST(fmt::format("{}|{}", NodeId("LOCALHOST", 1), Uri()) == "localhost:1|");
}

BOOST_AUTO_TEST_CASE(U02_a_uri_that_is_built_equals_the_one_that_is_parsed) {
  for (const GoodUri& good : kGoodUris) {
    BOOST_TEST_CONTEXT(good.text) {
      const auto node =
          good.node.empty() ? std::nullopt : std::optional<NodeId>(NodeId::parse(good.node));
      BOOST_CHECK(Uri(node, good.path) == Uri::parse(good.text));
    }
  }
}

BOOST_AUTO_TEST_CASE(U02_uris_are_ordered_by_host_port_and_path) {
  const std::vector<std::string> in_order{"/a",    "/a/b",  "/b",     "[::1]:1", "a:1",
                                          "a:1/x", "a:2/x", "a:10/x", "b:1/a/b", "localhost:1"};
  std::set<Uri> uris;
  for (auto text = in_order.rbegin(); text != in_order.rend(); ++text) {
    uris.insert(Uri::parse(*text));
  }
  std::vector<std::string> seen;
  for (const Uri& uri : uris) {
    seen.push_back(uri.to_string());
  }
  BOOST_TEST(seen == in_order, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(U02_equal_uris_hash_alike_and_others_hash_apart) {
  std::unordered_set<Uri> uris;
  std::set<std::size_t> hashes;
  for (const GoodUri& good : kGoodUris) {
    const Uri uri = Uri::parse(good.text);
    BOOST_TEST(uris.insert(uri).second);
    BOOST_TEST(!uris.insert(Uri::parse(good.printed)).second);
    hashes.insert(std::hash<Uri>{}(uri));
  }
  BOOST_TEST(uris.size() == kGoodUris.size());
  BOOST_TEST(hashes.size() == kGoodUris.size());
  BOOST_CHECK(std::hash<NodeId>{}(NodeId("a", 1)) != std::hash<NodeId>{}(NodeId("a", 2)));
  BOOST_CHECK(std::hash<NodeId>{}(NodeId("A", 1)) == std::hash<NodeId>{}(NodeId("a", 1)));
}

BOOST_AUTO_TEST_CASE(U02_a_bad_node_in_a_uri_is_told_with_its_part_and_why) {
  for (const BadText& bad : kBadNodes) {
    BOOST_TEST_CONTEXT(bad.text) {
      check_told(bad, "URI", error_of([&] { Uri::parse(bad.text + "/app"); }));
    }
  }
}

BOOST_AUTO_TEST_CASE(U02_a_bad_path_is_told_with_its_part_and_why) {
  for (const BadText& bad : kBadPaths) {
    BOOST_TEST_CONTEXT(bad.text) {
      check_told(bad, "URI", error_of([&] { Uri::parse(bad.text); }));
      check_told(bad, "URI", error_of([&] { Uri::parse("host:1" + bad.text); }));
      check_told(bad, "path", error_of([&] { Uri uri(bad.text); }));
    }
  }
}

BOOST_AUTO_TEST_CASE(U02_the_empty_text_and_a_relative_path_are_no_uris) {
  BOOST_TEST(contains(error_of([] { Uri::parse(""); }), "it is empty"));
  const std::string relative = error_of([] { Uri::parse("app/worker"); });
  BOOST_TEST(contains(relative, "node \"app\" has no port"), relative);
  BOOST_TEST(contains(relative, "begin a path on the same node with '/'"), relative);
  BOOST_TEST(contains(error_of([] { Uri uri("app"); }), "does not begin with '/'"));
}

BOOST_AUTO_TEST_CASE(U02_a_uri_of_more_than_4096_bytes_is_refused) {
  const std::string longest = "/" + std::string(spinoff::kMaxUriLength - 1, 'a');
  BOOST_TEST(Uri::parse(longest).to_string() == longest);
  const std::string error = error_of([&] { Uri::parse(longest + "a"); });
  BOOST_TEST(contains(error, "the limit is 4096"), error);
  BOOST_TEST(error.size() < 300U);
}

// Else it could not be sent to another node and read there.
BOOST_AUTO_TEST_CASE(U02_the_limit_is_also_one_for_how_a_uri_prints) {
  const std::string printed = "[::ffff:255.255.255.255]:1/";
  const std::string path(spinoff::kMaxUriLength - printed.size(), 'a');
  BOOST_TEST(Uri::parse("[::ffff:ffff:ffff]:1/" + path).to_string() == printed + path);
  BOOST_TEST(contains(error_of([&] { Uri::parse("[::ffff:ffff:ffff]:1/a" + path); }),
                      "it has 4097 bytes; the limit is 4096"));
}

BOOST_AUTO_TEST_CASE(U02_a_local_tree_may_be_deeper_than_what_parse_reads) {
  const std::string longest = "/" + std::string(spinoff::kMaxUriLength - 1, 'a');
  BOOST_TEST((Uri(longest) / "a").path() == longest + "/a");
}

BOOST_AUTO_TEST_CASE(U02_an_error_cuts_a_long_text_between_characters) {
  for (std::size_t padding = 0; padding < 4; ++padding) {
    std::string text = "/" + std::string(padding, 'x');
    for (int i = 0; i < 100; ++i) {
      text += "\xE2\x82\xAC";
    }
    const std::string error = error_of([&] { Uri::parse(text + "/"); });
    const std::size_t cut = error.find("\"...");
    BOOST_REQUIRE(cut != std::string::npos);
    BOOST_TEST(error.substr(cut - 3, 3) == "\xE2\x82\xAC");
  }
}

BOOST_AUTO_TEST_CASE(U03_a_relative_path_goes_below_a_uri_by_several_levels) {
  BOOST_CHECK(Uri("/a") / "b" == Uri("/a/b"));
  BOOST_CHECK(Uri() / "b/c" == Uri("/b/c"));
  BOOST_CHECK(Uri::parse("host:1/a") / "b/c" == Uri::parse("host:1/a/b/c"));
  for (const char* bad : {"", "/b", "b/", "b//c", "b c"}) {
    BOOST_CHECK_THROW(std::ignore = Uri("/a") / bad, InvalidUri);
  }
}

BOOST_AUTO_TEST_CASE(R11_a_node_id_is_a_host_and_a_port) {
  struct {
    std::string text;
    std::string host;
    std::uint16_t port;
    std::string printed;
  } const table[]{
      {"127.0.0.1:9700", "127.0.0.1", 9700, "127.0.0.1:9700"},
      {"tcp://localhost:0", "localhost", 0, "localhost:0"},
      {"[::1]:65535", "::1", 65535, "[::1]:65535"},
      {"[0:0:0:0:0:0:0:0]:1", "::", 1, "[::]:1"},
      {"Build-7.example.org:80", "build-7.example.org", 80, "build-7.example.org:80"},
  };
  for (const auto& row : table) {
    BOOST_TEST_CONTEXT(row.text) {
      const NodeId id = NodeId::parse(row.text);
      BOOST_TEST(id.host() == row.host);
      BOOST_TEST(id.port() == row.port);
      BOOST_TEST(id.to_string() == row.printed);
      BOOST_CHECK(id == NodeId(row.host, row.port));
      BOOST_CHECK(NodeId::parse(id.to_string()) == id);
    }
  }
}

BOOST_AUTO_TEST_CASE(R11_a_bad_node_id_is_told_with_its_part_and_why) {
  for (const BadText& bad : kBadNodes) {
    BOOST_TEST_CONTEXT(bad.text) {
      check_told(bad, "node id", error_of([&] { NodeId::parse(bad.text); }));
    }
  }
  const std::string with_path = error_of([] { NodeId::parse("host:1/app"); });
  BOOST_TEST(contains(with_path, "path \"/app\" does not belong to a node id"), with_path);
  BOOST_TEST(contains(error_of([] { NodeId::parse(""); }), "has no port"));
}

BOOST_AUTO_TEST_CASE(R11_a_host_that_is_given_apart_is_checked_too) {
  for (const std::string& host : {""s, "a b"s, "[::1]"s, "host:1"s, "a/b"s, "me@host"s, "::1\0x"s,
                                  "fe80::1%1"s, std::string(254, 'a')}) {
    BOOST_CHECK_THROW(NodeId(host, 1), InvalidUri);
  }
  const std::string longest =
      std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + ".";
  BOOST_TEST(NodeId(longest + std::string(61, 'd'), 1).host().size() == 253U);
  BOOST_CHECK_THROW(NodeId(longest + std::string(62, 'd'), 1), InvalidUri);
  BOOST_CHECK_THROW(Uri(NodeId(), "/a"), InvalidUri);
}

BOOST_AUTO_TEST_CASE(U10_a_node_may_be_named_by_its_name_and_host) {
  struct {
    std::string text;
    std::string name;
    std::string host;
    std::string path;
    std::string printed;
  } const table[]{
      {"worker@host/app", "worker", "host", "/app", "worker@host/app"},
      {"tcp://Worker-1.a_b@10.0.0.1/a/b", "Worker-1.a_b", "10.0.0.1", "/a/b",
       "Worker-1.a_b@10.0.0.1/a/b"},
      {"w@HOST", "w", "host", "", "w@host"},
      {"w@[0:0:0:0:0:0:0:1]/a@b:c", "w", "::1", "/a@b:c", "w@[::1]/a@b:c"},
  };
  for (const auto& row : table) {
    BOOST_TEST_CONTEXT(row.text) {
      const Uri uri = Uri::parse(row.text);
      BOOST_REQUIRE(uri.node().has_value());
      BOOST_TEST(uri.node()->is_named());
      BOOST_TEST(uri.node()->name() == row.name);
      BOOST_TEST(uri.node()->host() == row.host);
      BOOST_TEST(uri.node()->port() == 0);
      BOOST_TEST(uri.path() == row.path);
      BOOST_TEST(uri.to_string() == row.printed);
      BOOST_CHECK(Uri::parse(row.printed) == uri);
      BOOST_CHECK(Uri(NodeId::named(row.name, row.host), row.path) == uri);
    }
  }
  BOOST_CHECK(Uri::parse("a@host/x") != Uri::parse("b@host/x"));
  BOOST_CHECK(Uri::parse("a@host/x") != Uri::parse("host:0/x"));
  BOOST_CHECK(std::hash<NodeId>{}(NodeId::named("a", "h")) !=
              std::hash<NodeId>{}(NodeId::named("b", "h")));
}

BOOST_AUTO_TEST_CASE(U10_a_bad_name_of_a_node_is_told_with_its_part_and_why) {
  const std::vector<BadText> bad{
      {"@host", {"node's name is empty", "nodename@host"}},
      {"a b@host", {"character \" \""}},
      {"a/b@host", {"has no port"}},
      {"w@", {"host is empty"}},
      {"w@host:1", {"a name and a colon", "leave that out"}},
      {"w@::1", {"IPv6 address in brackets"}},
      {"w@[host]", {"in brackets is not an IPv6 address"}},
      {"w@a@b", {"character \"@\""}},
      {"w@256.0.0.1", {"not an IPv4 address"}},
      {std::string(64, 'w') + "@host", {"more than 63 characters"}},
  };
  for (const BadText& one : bad) {
    BOOST_TEST_CONTEXT(one.text) {
      check_told(one, "URI", error_of([&] { Uri::parse(one.text + "/app"); }));
    }
  }
}

BOOST_AUTO_TEST_CASE(R11_a_name_is_no_node_id) {
  for (const char* const text : {"worker@host", "worker@host:1"}) {
    const std::string error = error_of([&] { NodeId::parse(text); });
    BOOST_TEST(contains(error, "nodename@host is for the URIs of actors"), error);
    BOOST_TEST(contains(error, "write host:port here"), error);
  }
}

BOOST_AUTO_TEST_CASE(R11_loopback_is_known) {
  for (const char* host : {"127.0.0.1", "127.255.0.9", "::1", "localhost", "LocalHost"}) {
    BOOST_TEST(NodeId(host, 1).is_loopback(), host);
  }
  for (const char* host :
       {"0.0.0.0", "128.0.0.1", "::", "::2", "127.example.org", "localhost.org", "10.0.0.127"}) {
    BOOST_TEST(!NodeId(host, 1).is_loopback(), host);
  }
  BOOST_TEST(!NodeId().is_loopback());
}

BOOST_AUTO_TEST_SUITE_END()
