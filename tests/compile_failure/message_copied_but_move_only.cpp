// A message that can only be moved, sent without std::move.
#include <memory>

#include <spinoff/spinoff.hpp>

struct Parcel {
  std::unique_ptr<int> content;
};

void use(const spinoff::Ref& ref) {
  Parcel parcel;
#ifdef SPINOFF_EXPECT_SUCCESS
  ref << std::move(parcel);
#else
  ref << parcel;
#endif
}
