#include <algorithm>
#include <string>

#include <toml++/toml.h>

#include <spinoff/api/parse_parameters.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "toml_error.hpp"

namespace spinoff::api {
namespace {

using serialization::quoted;

// Around the user's text, to make an inline table of it.
constexpr std::string_view kOpening = "_={";
constexpr std::string_view kClosing = "}";
constexpr std::string_view kAdvice =
    "; write name=value, name=value, with each text in quotes (in a shell: \"name='text'\")";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// What TOML takes without quotes; nothing else can be the name of a constructor's parameter.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// The byte at which the character with this number begins (0 is the first one).
std::size_t byte_of_character(std::string_view text, std::size_t number) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (begins_character(text[i]) && number-- == 0) {
      break;
    }
  }
  return i;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// The name of the parameter in which `text` breaks off.
std::string_view last_name(std::string_view text) {
  std::size_t begin = 0;
  int depth = 0;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      i += c == '\\' && quote == '"' ? 1 : 0;
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      begin = i + 1;
    }
  }
  const std::string_view last = text.substr(begin);
  return trimmed(last.substr(0, last.find('=')));
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

[[noreturn]] void refuse_text(std::string_view text, const toml::parse_error& error) {
  const std::size_t column = error.source().begin.column;
  const std::size_t character = column > kOpening.size() ? column - kOpening.size() : 1;
  std::size_t byte = byte_of_character(text, character - 1);
  // What is wrong with a name shows at its end or at the character behind it.
  byte = std::min(byte + 1, text.size());
  std::string why = describe(error);
  // "Error while parsing value: " says nothing to a user.
  if (const std::size_t colon = why.find(": "); why.starts_with("Error while")) {
    why.erase(0, colon == std::string::npos ? 0 : colon + 2);
  }
  // The bracket is ours.
  replace_all(why, "closing '}'", "the end");
  replace_all(why, "'}'", "the end");
  replace_all(why, "encountered end-of-file", "its closing quote is missing");
  replace_all(why, "Encountered", "encountered");

  const std::string_view name = last_name(text.substr(0, byte));
  std::string message = is_name(name) ? "parameter '" + std::string(name) + "'" : "parameters";
  message += ": cannot read " + quoted(text) + " at character " + std::to_string(character) + ": ";
  throw InvalidParameter(message + why + std::string(kAdvice));
}

ParameterValue to_value(std::string_view name, const toml::node& node) {
  if (const auto* const flag = node.as_boolean()) {
    return {flag->get()};
  }
  if (const auto* const integer = node.as_integer()) {
    return {integer->get()};
  }
  if (const auto* const number = node.as_floating_point()) {
    return {number->get()};
  }
  if (const auto* const text = node.as_string()) {
    return {text->get()};
  }
  if (const auto* const array = node.as_array()) {
    ParameterValue::Array elements;
    for (const toml::node& element : *array) {
      elements.push_back(to_value(detail::element_name(name, elements.size()), element));
    }
    return {std::move(elements)};
  }
  throw InvalidParameter("parameter '" + std::string(name) + "' is a " +
                         (node.is_table() ? "table" : "date or time") +
                         "; give true, false, a number, a text in quotes or an array of these");
}

}  // namespace

Parameters parse_parameters(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), is_control)) {
    throw InvalidParameter("parameters " + quoted(text) +
                           " have a line break or a control character in them" +
                           std::string(kAdvice) + ", in one line");
  }
  std::string document(kOpening);
  document += text;
  document += kClosing;
  toml::table root;
  try {
    root = toml::parse(document);
  } catch (const toml::parse_error& error) {
    refuse_text(text, error);
  }
  const toml::node& table = root.begin()->second;
  // A bracket of the user's own may have closed the table, with a comment behind it.
  const auto characters = std::count_if(document.begin(), document.end(), begins_character);
  if (table.source().end.column != static_cast<toml::source_index>(characters) + 1) {
    throw InvalidParameter("parameters " + quoted(text) + " have one '}' too many" +
                           std::string(kAdvice));
  }
  Parameters parameters;
  for (const auto& [key, node] : *table.as_table()) {
    if (!is_name(key.str())) {
      throw InvalidParameter("parameters " + quoted(text) + ": the name " + quoted(key.str()) +
                             " has other characters than letters, digits, '_' and '-'");
    }
    parameters.emplace(key.str(), to_value(key.str(), node));
  }
  return parameters;
}

}  // namespace spinoff::api
