// Throws what the first argument says, and catches nothing of it.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace shop {
struct Empty : std::out_of_range {
  using out_of_range::out_of_range;
};
struct Bare {
  int number;
};
}  // namespace shop

struct Noisy {
  ~Noisy() { std::puts("cleaned up"); }
};

__attribute__((noinline)) void fail(int what) {
  switch (what) {
    case 0: throw std::runtime_error("no cheese\033[1m");
    case 1: throw shop::Empty("shelf 7");
    case 2: throw -42;
    case 3: throw "just text";
    case 4: throw shop::Bare{1};
    case 5: throw Noisy();
    case 6: throw 7u;
    case 7: throw 1.5;
    case 8: throw std::bad_alloc();
  }
}

int main(int argc, char** argv) {
  Noisy noisy;
  fail(argc > 1 ? std::atoi(argv[1]) : 0);
  return 0;
}
