/// The keys by which nodes know each other: pairs of CURVE keys, as ZeroMQ has them.
/// docs/security.md says what they are good for.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spinoff {

/// A key, or a list of keys, that cannot be used. `what()` says which file and line, why, and what
/// to do. It never holds a secret key.
class InvalidKey : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a node shows to others. A value.
class PublicKey {
 public:
  using Bytes = std::array<std::uint8_t, 32>;

  explicit PublicKey(const Bytes& bytes) noexcept : bytes_(bytes) {}
  /// Reads 40 characters of Z85, ZeroMQ's form of keys. Throws InvalidKey.
  static PublicKey parse(std::string_view text);

  [[nodiscard]] std::span<const std::uint8_t, 32> bytes() const noexcept { return bytes_; }
  /// What `parse` reads.
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
  friend bool operator==(const PublicKey&, const PublicKey&) = default;

 private:
  Bytes bytes_;
};

/// What a node keeps to itself. A value; its memory is wiped at its end.
class SecretKey {
 public:
  /// A new one, by the system's random numbers. Throws InvalidKey if ZeroMQ was built without
  /// CURVE.
  static SecretKey generate();
  /// Reads 40 characters of Z85. Throws InvalidKey.
  static SecretKey parse(std::string_view text);
  /// Reads a file that `startnode keygen` wrote. Throws InvalidKey; also for a file of this user
  /// that others may read or write.
  static SecretKey read(const std::string& file);

  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
  [[nodiscard]] std::span<const std::uint8_t, 32> bytes() const noexcept { return bytes_; }
  /// The secret itself, as `parse` reads it.
  [[nodiscard]] std::string reveal() const;

 private:
  explicit SecretKey(const std::array<std::uint8_t, 32>& bytes);

  std::array<std::uint8_t, 32> bytes_;
  PublicKey public_key_;
};

}  // namespace spinoff
