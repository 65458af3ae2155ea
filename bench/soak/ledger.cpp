#include "soak/ledger.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace spinoff::soak {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int make_file() {
  const int file = memfd_create("soak", 0);
  if (file < 0 || ftruncate(file, sizeof(Ledger)) != 0) {
    fail("cannot make memory for processes to share");
  }
  return file;
}

void* map(int file) {
  void* const memory = mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) {
    fail("cannot map the memory that processes share");
  }
  return memory;
}

}  // namespace

void Ledger::wrong(std::string_view what) {
  const std::uint32_t index = wrongs.fetch_add(1);
  if (index < kKept) {
    Text& text = texts_[index];
    text.text[what.copy(text.text.data(), kLongest - 1)] = '\0';
    text.written = true;
  }
}

std::vector<std::string> Ledger::all_wrong() const {
  std::vector<std::string> all;
  for (const Text& text : texts_) {
    if (text.written) {
      all.emplace_back(text.text.data());
    }
  }
  return all;
}

SharedLedger::SharedLedger() : file_(make_file()), ledger_(new(map(file_)) Ledger) {}

SharedLedger::SharedLedger(int file)
    : file_(file), ledger_(std::launder(static_cast<Ledger*>(map(file)))) {}

SharedLedger::~SharedLedger() {
  munmap(ledger_, sizeof(Ledger));
  close(file_);
}

}  // namespace spinoff::soak
