/// Messages whose text stands for them, also when they come back.
#pragma once

#include <cstddef>
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

/// Half of them with room in front, so that they become frames where they are.
inline Parcel parcel_of(const std::string& text) {
  constexpr std::size_t kRoom = 128;
  Parcel parcel{.items = {std::string(), text.size() % 2 == 0 ? kRoom : 0},
                .keepsake = std::make_unique<Note>(text)};
  parcel.items.end() += encoded_message(text);
  parcel.cost = parcel.items.size() + 100;
  return parcel;
}

inline Parcel parcel_that_must_go(const std::string& text) {
  Parcel parcel = parcel_of(text);
  parcel.must_go = true;
  return parcel;
}

/// One for each receiver, as an outbox gives them.
inline std::shared_ptr<const Lane> new_lane() {
  return std::make_shared<const Lane>(std::make_shared<Lane::Count>(0));
}

inline Parcel parcel_of_lane(std::shared_ptr<const Lane> lane, const std::string& text) {
  Parcel parcel = parcel_of(text);
  parcel.lane = std::move(lane);
  return parcel;
}

inline std::string note_of(const Parcel& parcel) {
  return static_cast<const Note&>(*parcel.keepsake).text;
}

/// The same of one that comes back, which has to be whole.
inline std::string note_of_returned(const Parcel& parcel) {
  const std::string text = note_of(parcel);
  return parcel.items.view() == encoded_message(text) ? text : text + ", which has lost its bytes";
}

}  // namespace spinoff::remoting::testing
