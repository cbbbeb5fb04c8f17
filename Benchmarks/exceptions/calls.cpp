// Calls and little else, in functions that would have to handle an exception: destructors to run and catches
// around calls, direct and virtual. Nothing is thrown. Without exceptions (-fno-exceptions) the same program.
#include <cstdio>
#include <cstdlib>

#ifdef __cpp_exceptions
#define TRY try
#define CATCH(declaration, ...) catch (declaration) { __VA_ARGS__ }
#define FAIL(value) throw value
#else
#define TRY
#define CATCH(declaration, ...)
#define FAIL(value) std::abort()
#endif

static long live;

struct Guard {
  long amount;
  explicit Guard(long amount) : amount(amount) { live += amount; }
  ~Guard() { live -= amount; }
};

struct Node {
  virtual long value(long depth) const = 0;
  virtual ~Node() = default;
};

struct Leaf : Node {
  long number;
  explicit Leaf(long number) : number(number) {}
  long value(long depth) const override {
    if (depth < 0) FAIL(1);
    return number ^ depth;
  }
};

struct Sum : Node {
  Node *left, *right;
  Sum(Node* left, Node* right) : left(left), right(right) {}
  long value(long depth) const override {
    Guard guard(depth);
    return left->value(depth + 1) + right->value(depth + 1);
  }
};

struct Checked : Node {
  Node* inner;
  explicit Checked(Node* inner) : inner(inner) {}
  long value(long depth) const override {
    long result = depth;
    TRY { result += inner->value(depth + 1); }
    CATCH(int code, result -= code;)
    return result;
  }
};

static Node* grow(int depth, long seed) {
  if (depth == 0) return new Leaf(seed);
  Node* sum = new Sum(grow(depth - 1, seed * 3 + 1), grow(depth - 1, seed * 5 + 2));
  return depth % 2 ? new Checked(sum) : sum;
}

__attribute__((noinline)) static long fib(long n) {
  if (n < 0) FAIL(2);
  if (n < 2) return n;
  Guard guard(n);
  long result = 0;
  TRY { result = fib(n - 1) + fib(n - 2); }
  CATCH(int code, result = code;)
  return result;
}

/// Lies on the shadow stack: its address is passed on.
struct Block {
  long numbers[4];
  ~Block() { live -= numbers[0]; }
};

__attribute__((noinline)) static void fill(Block& block, long n) {
  if (n < 0) FAIL(3);
  for (int i = 0; i < 4; i++) block.numbers[i] = n + i;
  live += n;
}

__attribute__((noinline)) static long walk(long n) {
  if (n <= 0) return 1;
  Block block;
  fill(block, n);
  long result = 0;
  TRY { result = walk(n - 1) + walk(n - 2); }
  CATCH(int code, result = code;)
  return result + block.numbers[3];
}

int main() {
  Node* tree = grow(10, 7);
  unsigned long sum = 0;
  for (int i = 0; i < 12000; i++) sum += (unsigned long)tree->value(i);
  sum += (unsigned long)fib(38) + (unsigned long)walk(33);
  std::printf("%lx %ld\n", sum & 0xffffffff, live);
  return 0;
}
