// C++ exceptions: across frames, with destructors, rethrown, by base class, through indirect calls and out of
// constructors; std::exception; exceptions while others are handled. The same output natively.
// LITTLE_SUPPORT leaves out what support.cpp does not have.
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Trace {
  const char* name;
  explicit Trace(const char* name) : name(name) { std::printf("+%s ", name); }
  ~Trace() { std::printf("-%s ", name); }
};

struct Base {
  int code;
  explicit Base(int code) : code(code) {}
  virtual ~Base() = default;
  virtual const char* kind() const { return "base"; }
};
struct Derived : Base {
  using Base::Base;
  const char* kind() const override { return "derived"; }
};

__attribute__((noinline)) int sink(int depth, int what) {
  Trace trace("sink");
  if (depth > 0) return sink(depth - 1, what) + 1;
  switch (what) {
    case 0: throw 42;
    case 1: throw std::runtime_error("run time");
    case 2: throw Derived(7);
    case 3: throw std::string("a string that is too long to be stored in place");
    case 4: throw 2.5;
    default: return what;
  }
}

int classify(int what) {
  try {
    return sink(2, what);
  } catch (int value) {
    std::printf("int %d\n", value);
  } catch (const std::exception& error) {
    std::printf("exception %s\n", error.what());
  } catch (const Base& base) {
    std::printf("%s %d\n", base.kind(), base.code);
  } catch (const std::string& text) {
    std::printf("string %s\n", text.c_str());
  } catch (...) {
    std::printf("something else\n");
  }
  return -1;
}

void rethrow() {
  try {
    try {
      sink(1, 1);
    } catch (const std::logic_error&) {
      std::printf("wrong\n");
    } catch (std::exception& error) {
      std::printf("once %s; ", error.what());
      throw;
    }
  } catch (const std::runtime_error& error) {
    std::printf("twice %s\n", error.what());
  }
}

void whileHandling() {
  try {
    try {
      sink(0, 0);
    } catch (int first) {
      Trace trace("handler");
      try {
        sink(0, 2);
      } catch (const Base& second) {
        std::printf("%d inside %d; ", second.code, first);
      }
      throw std::out_of_range("third");
    }
  } catch (const std::logic_error& error) {
    std::printf("%s\n", error.what());
  }
}

struct Member {
  Trace trace{"member"};
};
struct Whole {
  Member member;
  std::unique_ptr<Trace> owned = std::make_unique<Trace>("owned");
  explicit Whole(bool fails) {
    if (fails) throw std::invalid_argument("constructor");
  }
};

void construct() {
  try {
    std::vector<Whole> wholes;
    wholes.emplace_back(false);
    wholes.emplace_back(true);
  } catch (const std::invalid_argument& error) {
    std::printf("%s\n", error.what());
  }
}

using Function = int (*)(int, int);
Function volatile chosen = sink;

void indirect() {
  int sum = 0;
  for (int i = 0; i < 1000; i++) {
    try {
      sum += chosen == sink ? i : 0;
      if (i % 3 == 0) throw i;
      sum += 1;
    } catch (int value) {
      sum -= value;
    }
  }
  try {
    chosen(0, 3);
  } catch (const std::string& text) {
    std::printf("sum %d, %zu characters\n", sum, text.size());
  }
#ifndef LITTLE_SUPPORT
  std::exception_ptr kept;
  try {
    chosen(0, 4);
  } catch (...) {
    kept = std::current_exception();
  }
  try {
    std::rethrow_exception(kept);
  } catch (double value) {
    std::printf("kept %.1f\n", value);
  }
#endif
}

int deep(int depth) {
  Trace* trace = depth == 500 ? new Trace("deepest") : nullptr;
  std::unique_ptr<Trace> owner(trace);
  if (depth == 500) throw depth;
  return deep(depth + 1) + depth;
}

}  // namespace

int main() {
  for (int what = 0; what < 6; what++) std::printf("-> %d\n", classify(what));
  rethrow();
  whileHandling();
  construct();
  indirect();
  try {
    deep(0);
  } catch (int depth) {
    std::printf("from %d\n", depth);
  }
  int caught = 0;
  for (int i = 0; i < 200000; i++) {
    try {
      if (i & 1) throw Derived(i);
      throw i;
    } catch (const Base& base) {
      caught += base.code & 3;
    } catch (int value) {
      caught += value & 1;
    }
  }
  std::printf("caught %d\n", caught);
  return 0;
}
