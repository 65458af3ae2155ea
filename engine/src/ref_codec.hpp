/// Refs travel as URIs; reading one needs to know at which node.
#pragma once

namespace spinoff::engine {

class NodeAnchor;

/// While it lives, refs that this thread decodes are seen from that node.
class DecodingFor {
 public:
  explicit DecodingFor(NodeAnchor& anchor) noexcept;
  DecodingFor(const DecodingFor&) = delete;
  DecodingFor& operator=(const DecodingFor&) = delete;
  ~DecodingFor();

 private:
  NodeAnchor* outer_;
};

}  // namespace spinoff::engine
