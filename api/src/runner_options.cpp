#include "runner_options.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <spinoff/engine/tbb_executor.hpp>
#include <spinoff/serialization/quoted.hpp>

namespace spinoff::api {

const std::array<TextOption, 11> kTextOptions{
    TextOption{"actor", &RunnerOptions::actor, "CLASS", "Spawn an actor of this class; see --list"},
    TextOption{"name", &RunnerOptions::name, "NAME",
               "The actor's name; without it, one is made up"},
    TextOption{"params", &RunnerOptions::params, "TEXT",
               "The actor's parameters: name=value, name=value, with texts in quotes"},
    TextOption{"message", &RunnerOptions::message, "TEXT",
               "Send the actor this text when it is spawned"},
    TextOption{"remoting", &RunnerOptions::remoting, "HOST:PORT",
               "Where other nodes reach this one; port 0 takes a free one"},
    TextOption{"node-name", &RunnerOptions::node_name, "NAME",
               "Be NAME@HOST for other nodes too, by the mapper of the host"},
    TextOption{"key", &RunnerOptions::key, "FILE",
               "This node's secret key, as `startnode keygen` makes it; needs --peers"},
    TextOption{"peers", &RunnerOptions::peers, "PATH",
               "Talk only to nodes of this list: a file, or a folder of *.pub; needs --key"},
    TextOption{"deny", &RunnerOptions::deny, "WHAT",
               "What other nodes may not do here: send, watch, or both with a comma between"},
    TextOption{"relays", &RunnerOptions::relays, "NODES",
               "Reach others by these nodes if not directly: HOST:PORT, with commas between"},
    TextOption{"pidfile", &RunnerOptions::pidfile, "FILE",
               "Keep the process id in this file while the node runs"},
};

int read_workers(std::string_view where, std::string_view text) {
  int workers = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), workers);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw UsageError(std::string(where) + ": expected a number from 1 to " +
                     std::to_string(engine::kMostWorkers) + ", or 0 for one a core, was given " +
                     serialization::quoted(text));
  }
  return workers;  // whether there can be so many is for the node to say
}

std::uint16_t read_port(std::string_view where, std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    throw UsageError(std::string(where) + ": expected a port from 1 to 65535, was given " +
                     serialization::quoted(text));
  }
  return port;
}

LogLevel read_log_level(std::string_view where, std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warning", "error", "off"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) {
      return static_cast<LogLevel>(i);
    }
  }
  throw UsageError(std::string(where) +
                   ": expected debug, info, warning, error or off, was given " +
                   serialization::quoted(text));
}

RemoteRights read_rights(std::string_view denied) {
  RemoteRights rights;
  for (std::string_view rest = denied; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word == "send") {
      rights.send = false;
    } else if (word == "watch") {
      rights.watch = false;
    } else {
      throw UsageError("deny: expected send, watch or send,watch, was given " +
                       serialization::quoted(denied));
    }
  }
  return rights;
}

std::vector<std::string> read_relays(std::string_view text) {
  std::vector<std::string> relays;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view relay = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(relay.size() + 1, rest.size()));
    try {
      static_cast<void>(NodeId::parse(relay));
    } catch (const InvalidUri& error) {
      throw UsageError(std::string("relays: ") + error.what());
    }
    relays.emplace_back(relay);
  }
  return relays;
}

RunnerOptions merge(RunnerOptions first, const RunnerOptions& second) {
  const auto take = [&](auto member) {
    if (!(first.*member).has_value()) {
      first.*member = second.*member;
    }
  };
  for (const TextOption& option : kTextOptions) {
    take(option.value);
  }
  take(&RunnerOptions::workers);
  take(&RunnerOptions::mapper_port);
  take(&RunnerOptions::log_level);
  take(&RunnerOptions::keep_running);
  take(&RunnerOptions::insecure);
  take(&RunnerOptions::allow_remote_spawn);
  take(&RunnerOptions::allow_relay);
  if (first.libraries.empty()) {
    first.libraries = second.libraries;
  }
  return first;
}

}  // namespace spinoff::api
