/// The way to nodes that are known by name: `nodename@host`.
///
/// What is sent to a name waits until the mapper of the host has told the node, and then goes there
/// like anything else; so do what comes later, until the node is down. Then the name is asked for
/// again: the node may come back at another port. A name that is not found in time is like a node
/// that is not reached. What one thread sends to one name stays in order: it is queued for the node
/// under the same lock under which the node becomes known.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <spinoff/remoting/hub.hpp>
#include <spinoff/remoting/parcel.hpp>
#include <spinoff/uri.hpp>

#include "mapper_client.hpp"

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
  };

  struct Refused {
    Parcel parcel;
    std::string reason;
  };

  NameRoutes(Hub& hub, Owner& owner, const HubOptions& options);
  ~NameRoutes() override { stop(); }
  NameRoutes(const NameRoutes&) = delete;
  NameRoutes& operator=(const NameRoutes&) = delete;

  /// Any thread. `note` is called under the lock with the node, or with the name while that is not
  /// known.
  [[nodiscard]] std::optional<Refused> send(const NodeId& name, Parcel parcel,
                                            const std::function<void(const NodeId& at)>& note = {});
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
    std::optional<NodeId> node;
    std::vector<Parcel> waiting;
    std::size_t waiting_bytes = 0;
  };

  void found(const NodeId& name, const NodeId& node) noexcept override;
  void not_found(const NodeId& name, const std::string& reason) noexcept override;
  void claimed() noexcept override {}
  void not_claimed(const std::string& /*reason*/) noexcept override {}

  [[nodiscard]] std::string why_not(const NodeId& name, const Route* route,
                                    const Parcel& parcel) const;
  void return_all(std::vector<Parcel> parcels, const std::string& reason);

  Hub& hub_;
  Owner& owner_;
  const ProtocolOptions limits_;
  const MapperClient::Options mapper_;

  std::mutex mutex_;
  std::unordered_map<NodeId, Route> routes_;
  bool stopped_ = false;
  std::optional<MapperClient> finder_;  // from the first time that it is needed
};

}  // namespace spinoff::remoting
