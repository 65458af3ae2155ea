#include "zap_handler.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <spinoff/serialization/quoted.hpp>

namespace spinoff::remoting {
namespace {

constexpr const char* kEndpoint = "inproc://zeromq.zap.01";
// So that nobody who connects again and again holds up the peers.
constexpr int kAnswersPerRound = 16;

// The parts of a question. More may follow than one has credentials for.
enum Part : std::uint8_t { version, request, domain, address, identity, mechanism, credentials };

std::optional<PublicKey> key_in(const std::vector<zmq::message_t>& question) {
  if (question.size() <= credentials || question[mechanism].to_string_view() != "CURVE") {
    return std::nullopt;
  }
  PublicKey::Bytes bytes{};
  const std::string_view given = question[credentials].to_string_view();
  if (given.size() != bytes.size()) {
    return std::nullopt;
  }
  std::copy(given.begin(), given.end(), bytes.begin());
  return PublicKey(bytes);
}

constexpr std::size_t kKeyLength = 40;

// ZeroMQ's thread wrote the text, and its queue, which ThreadSanitizer does not see, is all that
// orders that and this. So it is read without being seen, also by what stands in for strlen and
// memcpy.
[[gnu::no_sanitize_thread]] void copy_key(const volatile char* from, char* to) {
  for (std::size_t i = 0; i < kKeyLength && (i == 0 || from[i - 1] != '\0'); ++i) {
    to[i] = from[i];
  }
}

}  // namespace

std::optional<PublicKey> key_of_connection(const zmq::message_t& frame) {
  const char* const text = zmq_msg_gets(frame.handle(), "User-Id");
  if (text == nullptr) {
    return std::nullopt;
  }
  std::array<char, kKeyLength> key{};
  copy_key(text, key.data());
  return PublicKey::parse({key.data(), key.size()});
}

ZapHandler::ZapHandler(zmq::context_t& context, const PeerList& peers)
    : socket_(context, zmq::socket_type::rep), peers_(&peers) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(kEndpoint);
}

void ZapHandler::answer(Actions& actions) {
  for (int i = 0; i < kAnswersPerRound && answer_one(actions); ++i) {
  }
}

bool ZapHandler::answer_one(Actions& actions) {
  std::vector<zmq::message_t> question(1);
  if (!socket_.recv(question.back(), zmq::recv_flags::dontwait)) {
    return false;
  }
  while (question.back().more()) {
    // The parts arrive together, so this does not wait.
    static_cast<void>(socket_.recv(question.emplace_back()));
  }
  const std::optional<PublicKey> key = key_in(question);
  const bool taken = key.has_value() && peers_->knows(*key);
  if (!taken) {
    const std::string from = question.size() > address
                                 ? serialization::quoted(question[address].to_string_view())
                                 : std::string("nowhere");
    actions.emplace_back(Reject{
        RejectReason::unknown_key, 1,
        fmt::format("a connection from {} was refused: its key, {}, is not in the list of peers",
                    from, key ? key->to_string() : "none")});
  }
  const std::string user = taken ? key->to_string() : std::string();
  const std::array<std::string_view, 5> texts{
      "1.0", question.size() > request ? question[request].to_string_view() : std::string_view(),
      taken ? "200" : "400", taken ? "OK" : "the key is not known here", user};
  for (const std::string_view text : texts) {
    socket_.send(zmq::buffer(text), zmq::send_flags::sndmore | zmq::send_flags::dontwait);
  }
  socket_.send(zmq::message_t(), zmq::send_flags::dontwait);
  return true;
}

}  // namespace spinoff::remoting
