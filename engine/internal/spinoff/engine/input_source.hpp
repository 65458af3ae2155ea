/// Where messages wait that come from outside and that nobody has brought in yet.
#pragma once

namespace spinoff::engine {

class InputSource {
 public:
  InputSource() = default;
  InputSource(const InputSource&) = delete;
  InputSource& operator=(const InputSource&) = delete;
  virtual ~InputSource() = default;

  /// Brings in what is there, unless another thread is about to. Any thread that holds no lock;
  /// does not wait. Whoever has found something should go on, or say that it does not: it may be
  /// the only one who looks, for some time.
  virtual void poll() noexcept = 0;
  /// This thread will not go on.
  virtual void stop_polling() noexcept = 0;
};

}  // namespace spinoff::engine
