/// TBB's threads, for as long as any executor of the process needs them.
#pragma once

namespace spinoff::engine {

/// One executor's share. TBB by itself starts one thread fewer than there are cores, since it
/// counts on the thread that waits; ours never wait inside an arena. So the process asks for one
/// thread more than its executors have workers. When the last share is given up, the destructor
/// waits for the threads to end; if another part of the program uses TBB, they stay.
class TbbShare {
 public:
  explicit TbbShare(int workers);
  TbbShare(const TbbShare&) = delete;
  TbbShare& operator=(const TbbShare&) = delete;
  ~TbbShare();

 private:
  const int workers_;
};

}  // namespace spinoff::engine
