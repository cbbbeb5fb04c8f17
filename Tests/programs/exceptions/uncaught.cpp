// Throws an exception that nobody catches.
#include <cstdio>

__attribute__((noinline)) void fail(int depth) {
  if (depth == 0) throw 5;
  fail(depth - 1);
  std::printf("after\n");
}

int main(int argc, char**) {
  std::printf("before\n");
  std::fflush(stdout);
  fail(argc + 2);
  return 0;
}
