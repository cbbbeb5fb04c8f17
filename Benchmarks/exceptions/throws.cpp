// Throws through DEPTH frames, COUNT times; with a third argument the frames have locals on the shadow stack.
#include <cstdio>
#include <cstdlib>

static long sum;

__attribute__((noinline)) static void touch(long* at) { sum += at[0]; }

__attribute__((noinline)) static long throughFrames(long n) {
  if (n == 0) throw 7;
  long local[4] = {n, n, n, n};
  touch(local);
  long result = throughFrames(n - 1);
  touch(local);
  return result ^ local[1];
}

__attribute__((noinline)) static long through(long n) {
  if (n == 0) throw 7;
  long result = through(n - 1);
  sum ^= n;
  return (result * 3) ^ n;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  long depth = std::atol(argv[1]), count = std::atol(argv[2]);
  for (long i = 0; i < count; i++) {
    try {
      sum += argc > 3 ? throughFrames(depth) : through(depth);
    } catch (int code) {
      sum += code;
    }
  }
  std::printf("%ld\n", sum);
  return 0;
}
