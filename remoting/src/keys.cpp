#include <cstring>

#include <unistd.h>
#include <zmq.h>

#include <spinoff/keys.hpp>
#include <spinoff/remoting/text_file.hpp>
#include <spinoff/serialization/quoted.hpp>

#include "curve.hpp"
#include "key_lines.hpp"

namespace spinoff {
namespace {

using remoting::KeyLine;
using remoting::kSecretWord;
using serialization::quoted;

constexpr std::size_t kTextLength = 40;
using Bytes = std::array<std::uint8_t, 32>;
// ZeroMQ puts a zero behind.
using Text = std::array<char, kTextLength + 1>;

// Does not say what it was given, which may be a secret.
Bytes decode(std::string_view text) {
  if (text.size() != kTextLength) {
    throw InvalidKey("that is no key: a key has " + std::to_string(kTextLength) +
                     " characters, and this has " + std::to_string(text.size()));
  }
  Bytes bytes{};
  if (zmq_z85_decode(bytes.data(), std::string(text).c_str()) == nullptr) {
    throw InvalidKey("that is no key: it has a character that Z85 does not have");
  }
  return bytes;
}

std::string encode(std::span<const std::uint8_t, 32> bytes) {
  Text text{};
  zmq_z85_encode(text.data(), bytes.data(), bytes.size());
  return {text.data(), kTextLength};
}

PublicKey derive(const Bytes& secret) {
  remoting::require_curve();
  Text text{};
  std::string secret_text = encode(secret);
  zmq_curve_public(text.data(), secret_text.c_str());
  explicit_bzero(secret_text.data(), secret_text.size());
  return PublicKey::parse({text.data(), kTextLength});
}

// As ssh does: root's files, such as those that a container is given, are root's business.
void check_that_it_is_private(const std::string& file, const struct stat& status) {
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  if (status.st_uid == geteuid() && (status.st_mode & kOthers) != 0) {
    throw InvalidKey("others may read or write the secret key " + serialization::quoted(file) +
                     ": `chmod 600` it, and make another one if they may have done so");
  }
}

}  // namespace

PublicKey PublicKey::parse(std::string_view text) {
  return PublicKey(decode(text));
}

std::string PublicKey::to_string() const {
  return encode(bytes_);
}

SecretKey::SecretKey(const Bytes& bytes) : bytes_(bytes), public_key_(derive(bytes)) {}

SecretKey::~SecretKey() {
  explicit_bzero(bytes_.data(), bytes_.size());
}

SecretKey SecretKey::generate() {
  remoting::require_curve();
  Text public_text{};
  Text secret_text{};
  if (zmq_curve_keypair(public_text.data(), secret_text.data()) != 0) {
    throw InvalidKey(std::string("no key can be made: ") + zmq_strerror(zmq_errno()));
  }
  SecretKey key = parse({secret_text.data(), kTextLength});
  explicit_bzero(secret_text.data(), secret_text.size());
  return key;
}

SecretKey SecretKey::parse(std::string_view text) {
  return SecretKey(decode(text));
}

std::string SecretKey::reveal() const {
  return encode(bytes_);
}

SecretKey SecretKey::read(const std::string& file) {
  std::string text;
  try {
    text = remoting::read_text_file(
        file, [&](const struct stat& status) { check_that_it_is_private(file, status); });
  } catch (const InvalidKey&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw InvalidKey("cannot read the secret key " + serialization::quoted(file) + ": " +
                     error.what() + "; `startnode keygen` makes keys");
  }
  const std::vector<KeyLine> lines = remoting::key_lines(file, text);
  if (lines.size() != 1) {
    throw InvalidKey(file + ": expected one line, '" + std::string(kSecretWord) +
                     "' and the key, and found " + std::to_string(lines.size()) +
                     "; `startnode keygen` makes such files");
  }
  if (lines.front().first != kSecretWord) {
    throw InvalidKey(lines.front().place +
                     ": this is no secret key, but looks like a public one; give the file without "
                     "the .pub");
  }
  try {
    return parse(lines.front().second);
  } catch (const InvalidKey& error) {
    throw InvalidKey(lines.front().place + ": " + error.what());
  }
}

}  // namespace spinoff
