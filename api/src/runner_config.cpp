#include <toml++/toml.h>

#include <spinoff/remoting/text_file.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "runner_options.hpp"
#include "similar_names.hpp"
#include "toml_error.hpp"

namespace spinoff::api {
namespace {

std::string contents(const std::string& file) {
  try {
    return remoting::read_text_file(file);
  } catch (const std::runtime_error& error) {
    throw UsageError("cannot read the configuration " + serialization::quoted(file) + ": " +
                     error.what());
  }
}

class Reader {
 public:
  Reader(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  RunnerOptions read() {
    for (const auto& [key, node] : parse()) {
      take(key.str(), node);
    }
    return std::move(options_);
  }

 private:
  toml::table parse() const {
    try {
      return toml::parse(text_);
    } catch (const toml::parse_error& error) {
      throw UsageError(place(error.source()) + ": " + describe(error));
    }
  }

  void take(std::string_view key, const toml::node& node) {
    for (const TextOption& option : kTextOptions) {
      if (option.name == key) {
        options_.*option.value = text(key, node);
        return;
      }
    }
    const std::string where = place(node.source()) + ": " + std::string(key);
    if (key == kWorkers) {
      const auto* const number = node.as_integer();
      options_.workers =
          read_workers(where, number == nullptr ? text(key, node) : std::to_string(number->get()));
    } else if (key == kMapperPort) {
      const auto* const number = node.as_integer();
      options_.mapper_port =
          read_port(where, number == nullptr ? text(key, node) : std::to_string(number->get()));
    } else if (key == kLogLevel) {
      options_.log_level = read_log_level(where, text(key, node));
    } else if (key == kKeepRunning) {
      options_.keep_running = expect(node.as_boolean(), key, node, "true or false");
    } else if (key == kInsecure) {
      options_.insecure = expect(node.as_boolean(), key, node, "true or false");
    } else if (key == kAllowRemoteSpawn) {
      options_.allow_remote_spawn = expect(node.as_boolean(), key, node, "true or false");
    } else if (key == kAllowRelay) {
      options_.allow_relay = expect(node.as_boolean(), key, node, "true or false");
    } else if (key == kLibrary) {
      take_libraries(node);
    } else {
      refuse_key(key, node);
    }
  }

  void take_libraries(const toml::node& node) {
    const auto* const array = node.as_array();
    if (array == nullptr) {
      options_.libraries = {text(kLibrary, node)};
      return;
    }
    for (const toml::node& element : *array) {
      options_.libraries.push_back(text(kLibrary, element));
    }
  }

  std::string text(std::string_view key, const toml::node& node) const {
    return expect(node.as_string(), key, node, "a text in quotes");
  }

  template <class T>
  T expect(const toml::value<T>* value, std::string_view key, const toml::node& node,
           const char* what) const {
    if (value == nullptr) {
      throw UsageError(place(node.source()) + ": " + std::string(key) + ": expected " + what);
    }
    return value->get();
  }

  [[noreturn]] void refuse_key(std::string_view key, const toml::node& node) const {
    std::vector<std::string_view> known{kWorkers, kMapperPort, kLogLevel,         kKeepRunning,
                                        kLibrary, kInsecure,   kAllowRemoteSpawn, kAllowRelay};
    for (const TextOption& option : kTextOptions) {
      known.push_back(option.name);
    }
    throw UsageError(place(node.source()) + ": there is no option " + serialization::quoted(key) +
                     similar_names_in_words(key, known) + "; --help lists them");
  }

  // As compilers write it, so that editors can jump there.
  std::string place(const toml::source_region& source) const {
    return file_ + ":" + std::to_string(source.begin.line);
  }

  const std::string& file_;
  std::string_view text_;
  RunnerOptions options_;
};

}  // namespace

RunnerOptions read_config(const std::string& file) {
  return parse_config(file, contents(file));
}

RunnerOptions parse_config(const std::string& file, std::string_view text) {
  return Reader(file, text).read();
}

}  // namespace spinoff::api
