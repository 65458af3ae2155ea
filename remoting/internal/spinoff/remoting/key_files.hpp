/// Puts new keys into files.
#pragma once

#include <string>
#include <string_view>

#include <spinoff/keys.hpp>

namespace spinoff::remoting {

/// Writes `file`, the secret key, which only this user may read, and `file.pub`, the line for the
/// lists of other nodes; `node` is what PeerList::add takes. Throws InvalidKey, and then leaves
/// nothing behind; also if either file is there already.
void write_key_pair(const std::string& file, std::string_view node, const SecretKey& key);

}  // namespace spinoff::remoting
