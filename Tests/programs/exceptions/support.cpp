// The run-time support of C++ exceptions on wasm32-wasi with clang's encoding, because Debian has no such
// library for this target. It has only the parts that throws.cpp uses. It follows the Itanium C++ ABI (level
// II) and the code that clang emits. Types match if they are the same, or if one is a single public base of
// the other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <typeinfo>

extern "C" {

// The data that clang's landing pads share with their runtime. They set it before _Unwind_CallPersonality,
// which then sets the selector.
struct LandingPadContext {
  uintptr_t landingPad;
  const uint8_t* lsda;
  intptr_t selector;
};
LandingPadContext __wasm_lpad_context;

// The vtable of the type_info of a class with a single public base. Its address tells such classes from others.
extern char classWithOneBase[] __asm__("_ZTVN10__cxxabiv120__si_class_type_infoE");
}

namespace {

struct ClassWithOneBase {
  const void* vtable;
  const char* name;
  const std::type_info* base;
};

struct Header {
  const std::type_info* type;
  void* (*destroy)(void*);  // destructors of wasm32 return their argument
  Header* next;  // of the exceptions that are handled now
  int handlers;  // negative while it is thrown again
  void* object() { return this + 1; }
};
static_assert(sizeof(Header) == 16, "the object is aligned");

Header* handled;

bool isA(const std::type_info* thrown, const std::type_info* caught) {
  while (thrown) {
    if (*thrown == *caught) return true;
    auto candidate = reinterpret_cast<const ClassWithOneBase*>(thrown);
    thrown = candidate->vtable == classWithOneBase + 2 * sizeof(void*) ? candidate->base : nullptr;
  }
  return false;
}

struct Reader {
  const uint8_t* at;
  uintptr_t uleb() {
    uintptr_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
      byte = *at++;
      value |= uintptr_t(byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return value;
  }
  intptr_t sleb() {
    uintptr_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
      byte = *at++;
      value |= uintptr_t(byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    if ((byte & 0x40) && shift < 8 * sizeof value) value |= ~uintptr_t(0) << shift;
    return intptr_t(value);
  }
};

// The clause of the landing pad that matches: the number that clang gave to its type; 0 if it only cleans up.
intptr_t select(const Header* header) {
  Reader table{__wasm_lpad_context.lsda};
  table.at++;  // landing pads have numbers, no addresses
  const uint8_t typeEncoding = *table.at++;
  const uint8_t* types = nullptr;
  if (typeEncoding != 0xff) {
    uintptr_t offset = table.uleb();
    types = table.at + offset;
  }
  table.at++;
  uintptr_t bytes = table.uleb();
  const uint8_t* actions = table.at + bytes;
  uintptr_t action = 0;
  for (uintptr_t i = 0; i <= __wasm_lpad_context.landingPad; i++) {
    table.uleb();
    action = table.uleb();
  }
  if (action == 0) return 0;
  for (Reader record{actions + action - 1};;) {
    intptr_t filter = record.sleb();
    Reader link = record;
    intptr_t next = link.sleb();
    if (filter > 0) {
      auto type = reinterpret_cast<const std::type_info* const*>(types)[-filter];
      if (!type || isA(header->type, type)) return filter;
    }
    if (next == 0) return 0;
    record.at += next;
  }
}

}  // namespace

extern "C" {

int _Unwind_CallPersonality(void* exception) {
  __wasm_lpad_context.selector = select(static_cast<Header*>(exception));
  return 0;
}

void* __cxa_allocate_exception(size_t bytes) {
  auto header = static_cast<Header*>(std::malloc(sizeof(Header) + bytes));
  if (!header) std::terminate();
  return header->object();
}

void __cxa_free_exception(void* object) { std::free(static_cast<Header*>(object) - 1); }

[[noreturn]] void __cxa_throw(void* object, std::type_info* type, void* (*destroy)(void*)) {
  Header* header = static_cast<Header*>(object) - 1;
  *header = Header{type, destroy, nullptr, 0};
  __builtin_wasm_throw(0, header);
}

void* __cxa_begin_catch(void* exception) {
  auto header = static_cast<Header*>(exception);
  header->handlers = header->handlers < 0 ? -header->handlers + 1 : header->handlers + 1;
  if (handled != header) {
    header->next = handled;
    handled = header;
  }
  return header->object();
}

void* __cxa_get_exception_ptr(void* exception) { return static_cast<Header*>(exception)->object(); }

void __cxa_end_catch() {
  Header* header = handled;
  if (!header) return;
  if (header->handlers < 0) {
    // Thrown again: whoever catches it owns it.
    if (++header->handlers == 0) handled = header->next;
    return;
  }
  if (--header->handlers > 0) return;
  handled = header->next;
  if (header->destroy) header->destroy(header->object());
  __cxa_free_exception(header->object());
}

[[noreturn]] void __cxa_rethrow() {
  if (!handled) std::terminate();
  handled->handlers = -handled->handlers;
  __builtin_wasm_throw(0, handled);
}
}
