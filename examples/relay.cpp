// Two nodes that cannot reach each other, such as behind firewalls, and one that both reach, which
// relays. The code of the actors knows nothing of that. Run it with
//
//     startnode --remoting 10.0.0.1:9700 --key r.key --peers peers --allow-relay
//     startnode --remoting 10.0.0.2:9700 --key b.key --peers peers --relays 10.0.0.1:9700
//               --actor spinoff.examples.relay.Archive --name archive
//     startnode --remoting 10.0.0.3:9700 --key a.key --peers peers --relays 10.0.0.1:9700
//               --actor spinoff.examples.relay.Reader --params "archive='10.0.0.2:9700/archive'"
//
// `--actor spinoff.examples.relay.Demo` has all three nodes in one process. They have keys, and for
// want of a firewall the two ends have a wrong one for each other.
#include <string>

#include <spinoff/registry.hpp>
#include <spinoff/spinoff.hpp>

namespace spinoff::examples::relay {

struct Page {
  int number = 0;
  std::string text;
  MSGPACK_DEFINE(number, text)
};

struct Read {
  using Reply = Page;
  int number = 0;
  MSGPACK_DEFINE(number)
};

class Archive : public Actor {
 public:
  using Receives = RemoteMessages<Read>;
  void on(const Read& read) {
    sender() << Page{read.number, "what stands on page " + std::to_string(read.number)};
  }
};

class Reader : public Process {
 public:
  Task<> run(Ref archive) {
    for (int number = 1; number <= 3; ++number) {
      const Page page = co_await archive.ask<Page>(Read{number}, 30s);
      log("{} has '{}'", archive, page.text);
    }
  }
};

class Demo : public Process {
 public:
  Task<> run() {
    const SecretKey a = SecretKey::generate();
    const SecretKey b = SecretKey::generate();
    const SecretKey r = SecretKey::generate();
    const PublicKey wrong = SecretKey::generate().public_key();

    NodeOptions relaying = options("127.0.0.3:0", r);
    relaying.remote_rights.relay = true;
    relaying.security->peers.add("127.0.0.1:*", a.public_key());
    relaying.security->peers.add("127.0.0.2:*", b.public_key());
    Node relay(relaying);

    NodeOptions archiving = options("127.0.0.2:0", b);
    archiving.security->peers.add("127.0.0.1:*", wrong);
    archiving.security->peers.add("127.0.0.3:*", r.public_key());
    archiving.relays = {relay.id()->to_string()};
    Node there(archiving);
    there.spawn<Archive>({.name = "archive"});

    NodeOptions reading = options("127.0.0.1:0", a);
    reading.security->peers.add("127.0.0.2:*", wrong);
    reading.security->peers.add("127.0.0.3:*", r.public_key());
    reading.relays = archiving.relays;
    Node here(reading);
    const Ref reader = here.spawn<Reader>(here.lookup(there.id()->to_string() + "/archive"));
    co_await reader.join();
    log("all of it came by {}", *relay.id());
  }

 private:
  static NodeOptions options(const char* address, const SecretKey& key) {
    NodeOptions options;
    options.remoting = address;
    options.heartbeat = 200ms;
    options.silence = 2s;
    options.security = Security{.key = key, .peers = {}};
    return options;
  }
};

const Registered<Archive> kArchive;
const Registered<Reader> kReader{"archive"};
const Registered<Demo> kDemo;

}  // namespace spinoff::examples::relay
