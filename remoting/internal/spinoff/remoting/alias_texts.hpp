/// What the numbers that a peer uses stand for, at the end that receives them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spinoff/serialization/wire.hpp>

namespace spinoff::remoting {

/// Of one kind, in one session. The memory is bounded by the number of aliases that a peer may have
/// and by kMaxAliasText.
class AliasTexts {
 public:
  /// Learns a new one, or fills in the text of one that is known, and which meaning that is. False
  /// for a number that is not below `max`, or was never given a meaning.
  bool apply(serialization::Alias& alias, std::string_view& text, std::size_t max) {
    if (!alias.is_given()) {
      return true;
    }
    if (alias.is_new && !learn(alias.number, text, max)) {
      return false;
    }
    if (alias.number >= texts_.size() || texts_[alias.number].text == nullptr) {
      return false;
    }
    text = *texts_[alias.number].text;
    alias.meaning = texts_[alias.number].meaning;
    return true;
  }
  /// The texts that were given since the last call and have another meaning by now are let go.
  void begin_frame() { replaced_.clear(); }

 private:
  bool learn(std::size_t number, std::string_view text, std::size_t max) {
    if (number >= max) {
      return false;
    }
    if (number >= texts_.size()) {
      texts_.resize(number + 1);
    }
    Known& known = texts_[number];
    if (known.text != nullptr) {
      replaced_.push_back(std::move(known.text));
    }
    known.text = std::make_unique<const std::string>(text);
    ++known.meaning;
    return true;
  }

  struct Known {
    std::unique_ptr<const std::string> text;
    std::uint32_t meaning = 0;
  };
  std::vector<Known> texts_;
  std::vector<std::unique_ptr<const std::string>> replaced_;
};

/// All that one peer uses in one session.
struct Aliases {
  AliasTexts receivers;
  AliasTexts senders;
  AliasTexts types;
};

}  // namespace spinoff::remoting
