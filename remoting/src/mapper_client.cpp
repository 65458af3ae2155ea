#include "mapper_client.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <pthread.h>
#include <zmq.hpp>

#include "address.hpp"
#include "mapper_table.hpp"
#include "mapper_wire.hpp"
#include "signals_blocked.hpp"
#include "sockets.hpp"
#include "wake_fd.hpp"

namespace spinoff::remoting {
namespace {

using Kind = MapperMessage::Kind;
using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::milliseconds;

// What nobody has, or what nobody was there to be asked for.
constexpr milliseconds kAskAgain{250};
constexpr milliseconds kTrySendAgain{20};
// Nobody there: how long a start waits for it.
constexpr milliseconds kMapperAnswers{1'000};
// A name whose node is dead is free by then.
constexpr milliseconds kClaimIsKept = kClaimLasts + milliseconds(500);
constexpr milliseconds kLinger{200};
constexpr Time::duration kLongestSleep = std::chrono::hours(1);

}  // namespace

struct MapperClient::Shared {
  Shared(Options o, Listener& l) : options(std::move(o)), listener(&l) {}

  /// Runs `tell` unless the listener may be gone.
  template <class Tell>
  void tell(Tell call) {
    const std::lock_guard lock(listener_mutex);
    if (listener != nullptr) {
      call(*listener);
    }
  }

  const Options options;
  const WakeFd wake;

  // Held while the listener is called, so that `stop` can wait for that.
  std::mutex listener_mutex;
  Listener* listener;

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<NodeId> asked;
  std::optional<NodeId> claimed_as;  // `name@host`
  NodeId claimed_for;
  // How the first claim went.
  bool first_claim_done = false;
  std::optional<NodeId> taken_by;
  bool stop = false;
  bool ended = false;
};

class MapperClient::Loop {
 public:
  explicit Loop(Shared& shared) : shared_(shared) {}

  void run() {
    while (take()) {
      now_ = Clock::now();
      claim();
      find();
      receive();
      drop_idle_links();
      wait();
    }
    release();
  }

 private:
  /// The connection to one host's mapper.
  struct Link {
    zmq::socket_t socket;
    std::string trouble;
  };
  struct Search {
    Time until;
    Time next;
    std::string why_not;
  };
  struct Own {
    NodeId name;
    NodeId node;
    Time since;
    Time next;
    Time last_answer;
    std::optional<NodeId> taken_by;
    std::optional<Time> taken_since;
    bool has_it = false;
    bool told = false;
  };

  bool take() {
    const std::lock_guard lock(shared_.mutex);
    for (const NodeId& name : std::exchange(shared_.asked, {})) {
      const Time now = Clock::now();
      searches_.try_emplace(name, Search{now + shared_.options.patience, now, {}});
    }
    if (!own_ && shared_.claimed_as) {
      const Time now = Clock::now();
      own_ = Own{*shared_.claimed_as, shared_.claimed_for, now, now, now, {}, {}, false, false};
    }
    return !shared_.stop;
  }

  // The mapper at the name's host. May take long, if the host has a name.
  Link& link_to(const NodeId& name) {
    Link& link = links_[name.host()];
    if (link.socket) {
      return link;
    }
    const NodeId mapper(name.host(), shared_.options.port);
    try {
      std::optional<Credentials> credentials;
      if (shared_.options.security) {
        const PublicKey* const key = shared_.options.security->peers.key_of(mapper);
        if (key == nullptr) {
          link.trouble = "the mapper " + mapper.to_string() +
                         " is not in the list of peers: add its public key there";
          return link;
        }
        credentials = Credentials{&shared_.options.security->key, key};
      }
      std::optional<std::string> address = numeric_address(name.host());
      if (!address) {
        const Addresses addresses = resolve(name.host());
        if (!addresses.error.empty()) {
          link.trouble = "the host name cannot be looked up (" + addresses.error + ")";
          return link;
        }
        address = addresses.found.front();
      }
      link.socket = connect_to(context_, *address, mapper.port(), credentials);
      link.trouble =
          "no mapper answers at " + mapper.to_string() + " (`startnode mapper` runs one)";
    } catch (const zmq::error_t& error) {
      link.trouble = std::string("no connection can be made (") + error.what() + ")";
    }
    return link;
  }

  bool send(const NodeId& to, const MapperMessage& message) {
    Link& link = link_to(to);
    return link.socket &&
           link.socket.send(zmq::buffer(encode(message)), zmq::send_flags::dontwait).has_value();
  }

  void claim() {
    if (!own_) {
      return;
    }
    Own& own = *own_;
    if (now_ >= own.next) {
      const bool sent = send(own.name, {Kind::claim, own.name.name(), own.node.to_string()});
      const bool hurry = !sent ? now_ < own.since + kMapperAnswers : own.taken_by && !own.has_it;
      own.next = now_ + (!hurry ? kClaimInterval : sent ? kAskAgain : kTrySendAgain);
    }
    if (now_ >= own.last_answer + (own.has_it ? kClaimLasts : kMapperAnswers)) {
      has_no_name(links_[own.name.host()].trouble, true);
    }
  }

  void find() {
    for (auto search = searches_.begin(); search != searches_.end();) {
      auto& [name, how] = *search;
      if (now_ >= how.until) {
        const std::string why = how.why_not.empty() ? links_[name.host()].trouble : how.why_not;
        const NodeId failed = name;
        search = searches_.erase(search);
        shared_.tell([&](Listener& listener) { listener.not_found(failed, why); });
        continue;
      }
      if (now_ >= how.next) {
        how.next = now_ + (send(name, {Kind::find, name.name()}) ? kAskAgain : kTrySendAgain);
      }
      ++search;
    }
  }

  void receive() {
    for (auto& [host, link] : links_) {
      zmq::message_t frame;
      while (link.socket && link.socket.recv(frame, zmq::recv_flags::dontwait)) {
        bool whole = !frame.more();
        while (frame.more()) {
          static_cast<void>(link.socket.recv(frame));
        }
        if (whole) {
          take_answer(host, frame.to_string_view());
        }
      }
    }
  }

  void take_answer(const std::string& host, std::string_view bytes) {
    const auto message = decode_mapper_message(bytes);
    if (!message) {
      return;
    }
    if (message->kind == Kind::version) {
      links_[host].trouble = "the mapper at " + host +
                             " speaks another version of its protocol: run one version of this "
                             "library everywhere";
      return;
    }
    try {
      const NodeId name = NodeId::named(message->name, host);
      const NodeId node = message->kind == Kind::holder ? NodeId::parse(message->node) : NodeId();
      if (own_ && own_->name == name) {
        take_claim(node);
      }
      take_found(name, node);
    } catch (const InvalidUri&) {
      return;  // what is no answer is none
    }
  }

  void take_claim(const NodeId& holder) {
    Own& own = *own_;
    own.last_answer = now_;
    if (holder == own.node) {
      own.taken_by.reset();
      own.taken_since.reset();
      if (!std::exchange(own.has_it, true)) {
        own.told = false;
        finish_first_claim({});
        shared_.tell([](Listener& listener) { listener.claimed(); });
      }
      return;
    }
    if (holder.host().empty()) {
      has_no_name("the mapper knows as many names as it may", true);
      return;
    }
    own.taken_by = holder;
    if (!own.taken_since) {
      own.taken_since = now_;
    }
    own.next = std::min(own.next, now_ + kAskAgain);
    if (now_ >= *own.taken_since + kClaimIsKept) {
      own.next = now_ + kClaimInterval;
      has_no_name("the node " + holder.to_string() + " has it", false);
    }
  }

  void has_no_name(const std::string& reason, bool start_anyhow) {
    Own& own = *own_;
    own.has_it = false;
    if (std::exchange(own.told, true)) {
      return;
    }
    finish_first_claim(start_anyhow ? std::optional<NodeId>() : own.taken_by);
    shared_.tell([&](Listener& listener) { listener.not_claimed(reason); });
  }

  void finish_first_claim(const std::optional<NodeId>& taken_by) {
    const std::lock_guard lock(shared_.mutex);
    if (!std::exchange(shared_.first_claim_done, true)) {
      shared_.taken_by = taken_by;
      shared_.changed.notify_all();
    }
  }

  void take_found(const NodeId& name, const NodeId& node) {
    const auto search = searches_.find(name);
    if (search == searches_.end()) {
      return;
    }
    if (node.host().empty()) {
      search->second.why_not =
          "the mapper at " + name.host() + " knows no node " + name.name() + ": is it up?";
      return;
    }
    searches_.erase(search);
    shared_.tell([&](Listener& listener) { listener.found(name, node); });
  }

  void drop_idle_links() {
    std::erase_if(links_, [this](const auto& entry) {
      const auto is_at = [&](const NodeId& name) { return name.host() == entry.first; };
      return !(own_ && is_at(own_->name)) &&
             std::ranges::none_of(searches_, [&](const auto& one) { return is_at(one.first); });
    });
  }

  void wait() {
    Time next = now_ + kLongestSleep;
    if (own_) {
      next = std::min(next, own_->next);
    }
    for (const auto& [name, search] : searches_) {
      next = std::min({next, search.next, search.until});
    }
    std::vector<zmq::pollitem_t> items{{nullptr, shared_.wake.get(), ZMQ_POLLIN, 0}};
    for (auto& [host, link] : links_) {
      if (link.socket) {
        items.push_back({link.socket.handle(), 0, ZMQ_POLLIN, 0});
      }
    }
    const auto time = std::max<Time::duration>(next - Clock::now(), Time::duration::zero());
    try {
      zmq::poll(items, std::chrono::ceil<milliseconds>(time));
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) {
        throw;
      }
    }
    shared_.wake.clear();
  }

  void release() {
    if (own_ && own_->has_it &&
        send(own_->name, {Kind::release, own_->name.name(), own_->node.to_string()})) {
      links_[own_->name.host()].socket.set(zmq::sockopt::linger, static_cast<int>(kLinger.count()));
    }
    links_.clear();
    context_.close();
  }

  Shared& shared_;
  zmq::context_t context_;
  std::map<std::string, Link> links_;
  std::map<NodeId, Search> searches_;
  std::optional<Own> own_;
  Time now_;
};

MapperClient::MapperClient(Options options, Listener& listener)
    : shared_(std::make_shared<Shared>(std::move(options), listener)) {
  const SignalsBlocked blocked;
  thread_ = std::thread([shared = shared_] {
    pthread_setname_np(pthread_self(), "spinoff-names");
    Loop(*shared).run();
    const std::lock_guard lock(shared->mutex);
    shared->ended = true;
    shared->changed.notify_all();
  });
}

std::optional<NodeId> MapperClient::claim(const std::string& name, const NodeId& node) {
  std::unique_lock lock(shared_->mutex);
  shared_->claimed_as = NodeId::named(name, node.host());
  shared_->claimed_for = node;
  shared_->wake.signal();
  shared_->changed.wait(lock, [this] { return shared_->first_claim_done; });
  return shared_->taken_by;
}

void MapperClient::find(const NodeId& name) {
  const std::lock_guard lock(shared_->mutex);
  shared_->asked.push_back(name);
  shared_->wake.signal();
}

void MapperClient::stop() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(shared_->listener_mutex);
    shared_->listener = nullptr;
  }
  bool ended = false;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->stop = true;
    shared_->wake.signal();
    ended = shared_->changed.wait_for(lock, 2 * kLinger, [this] { return shared_->ended; });
  }
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace spinoff::remoting
