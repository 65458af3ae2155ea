/// The way to nodes that are known by name: `nodename@host`.
///
/// What is sent to a name waits until the mapper of the host has told the node, and then goes there
/// like anything else; so do what comes later, until the node is down. Then the name is asked for
/// again: the node may come back at another port. A name that is not found in time is like a node
/// that is not reached. What one thread sends to one name stays in order: it is queued for the node
/// under the same lock under which the node becomes known. While it is not, what waits has the
/// bounds that it has for a node (see Outbox), and so has a line, which goes on at the node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/uri.hpp>

#include "backlog.hpp"
#include "mapper_client.hpp"
#include "outbox.hpp"
#include "waiting_line.hpp"

namespace spinoff::remoting {

class NameRoutes final : private MapperClient::Listener {
 public:
  /// Told of what happens to names, on the thread that looks for them.
  class Owner {
   public:
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    virtual ~Owner() = default;

    /// Under the lock: what was noted under the name belongs to the node now.
    virtual void found_node(const NodeId& name, const NodeId& node) noexcept = 0;
    /// Under the lock: the parcel waited for the name, and is about to be queued for the node.
    virtual void moved(Parcel& parcel, const NodeId& node) noexcept = 0;
    virtual void came_back(Parcel parcel, const std::string& reason) noexcept = 0;
    virtual void name_not_found(const NodeId& name, const std::string& reason) noexcept = 0;
    /// What waits for the name has reached the high-water mark. On the thread that sends.
    virtual void name_high_water(const NodeId& name, const Load& load) noexcept = 0;
  };

  struct Refused {
    Parcel parcel;
    std::string reason;
  };

  NameRoutes(Carrier& carrier, Owner& owner, const HubOptions& options);
  ~NameRoutes() override { stop(); }
  NameRoutes(const NameRoutes&) = delete;
  NameRoutes& operator=(const NameRoutes&) = delete;

  /// Any thread. `note` is called under the lock with the node, or with the name while that is not
  /// known.
  [[nodiscard]] std::optional<Refused> send(const NodeId& name, Parcel parcel,
                                            const std::function<void(const NodeId& at)>& note = {});
  /// Any thread. Calls `use` under the lock with the node's outbox; false, without having called
  /// it, while the node is not known.
  [[nodiscard]] bool write(const NodeId& name, const std::function<void(Outbox& to)>& use);
  /// See Outbox.
  Entered enter(const NodeId& name, std::unique_ptr<WaitingMessage>& message);
  /// False if it is not in the line any more; else it was not sent.
  bool leave_line(const NodeId& name, std::uint64_t number);
  /// Why no message is taken.
  [[nodiscard]] std::string refusal(const NodeId& name);
  /// The node, or the name while that is not known.
  [[nodiscard]] NodeId where(const NodeId& name);
  /// By which names the node was reached.
  [[nodiscard]] std::vector<NodeId> names_of(const NodeId& node);
  /// It may come back elsewhere.
  void node_down(const NodeId& node);
  /// What waits comes back.
  void stop();

 private:
  struct Route {
    explicit Route(const QueueLimits& limits) : backlog(limits) {}

    std::optional<NodeId> node;
    /// Of the node, when that is known.
    std::shared_ptr<Outbox> outbox;
    // Until then:
    std::vector<Parcel> waiting;
    Backlog backlog;
    WaitingLine line{backlog};
  };

  void found(const NodeId& name, const NodeId& node) noexcept override;
  void not_found(const NodeId& name, const std::string& reason) noexcept override;
  void claimed() noexcept override {}
  void not_claimed(const std::string& /*reason*/) noexcept override {}

  [[nodiscard]] std::string why_not(const NodeId& name, const Route* route,
                                    bool only_in_session) const;
  static std::string no_room(const NodeId& name, const Route& route);
  Route* find(const NodeId& name);
  Route& create(const NodeId& name);
  static bool has_room(Route& route, std::size_t bytes) noexcept;
  static void add(Route& route, Parcel parcel);
  static WaitingMessages let_in(Route& route);
  void end_all(std::vector<Parcel> parcels, const WaitingMessages& line, const std::string& reason);

  Carrier& carrier_;
  Owner& owner_;
  const QueueLimits queue_;
  const std::size_t max_names_;
  const MapperClient::Options mapper_;

  std::mutex mutex_;
  std::unordered_map<NodeId, Route> routes_;
  bool stopped_ = false;
  std::optional<MapperClient> finder_;  // from the first time that it is needed
};

}  // namespace spinoff::remoting
