/// Messages whose text stands for them, also when they come back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spinoff/remoting/parcel.hpp>
#include <spinoff/serialization/wire.hpp>

namespace spinoff::remoting::testing {

struct Note : Keepsake {
  explicit Note(std::string t) : text(std::move(t)) {}
  std::string text;
};

inline std::string encoded_message(std::string_view text) {
  serialization::Item item;
  item.to = "/actor";
  item.type = "Text";
  item.payload = text;
  return encode(item);
}

inline Parcel parcel_of(const std::string& text) {
  return {encoded_message(text), std::make_unique<Note>(text)};
}

inline Parcel parcel_that_must_go(const std::string& text) {
  Parcel parcel = parcel_of(text);
  parcel.must_go = true;
  return parcel;
}

inline std::string note_of(const Parcel& parcel) {
  return static_cast<const Note&>(*parcel.keepsake).text;
}

}  // namespace spinoff::remoting::testing
