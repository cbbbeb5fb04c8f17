// Regions: the objects that generated code may touch, and to which pointers can point, with their cells.
//
// The region of a pointer is the object that it was derived from. Address arithmetic does not change it, and
// the checker proves that no access leaves it. Cells say what the memory of the process holds at fixed
// places. This is an invariant of the whole program: it holds when the instance is made, the runtime keeps
// it, and every proven store keeps it. Stores never write parts that are not for generated code to write, and
// they give a reference cell only references of its type.
#pragma once

#include "CIsolation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Value.h"

namespace isolation {

struct Region {
  enum Kind : uint8_t {
    none,          ///< Not known: nothing may be done with it.
    null,          ///< The null pointer.
    undefined,     ///< undef or poison.
    instance,      ///< The instance of the code.
    otherInstance, ///< The instance of the function that the reference `base` refers to.
    memoryStruct,  ///< An imported memory's swasm_memory.
    memory,        ///< The bytes of a linear memory.
    tableStruct,   ///< An imported table's swasm_table.
    table,         ///< The elements of a table.
    globalCell,    ///< An imported global's value.
    reference,     ///< What a reference of a type points to; may be null.
    code,          ///< Code of the function that `base` refers to, or of functions of type `index`.
    function,      ///< `base`, a function of the module.
    slots,         ///< `index` slots for arguments and results that do not fit registers; with `base`, of
                   ///< the instance of the function that it refers to.
    hostSlots,     ///< The slots of a host that calls a function of type `index`.
    stack,         ///< An alloca; without `base`, an alloca of the caller, which holds numbers only.
    constants,     ///< A constant global.
    counters,      ///< A global that counts for a profile.
    tag,           ///< The identity of a tag.
  };
  Kind kind = none;
  uint32_t index = 0;
  const llvm::Value *base = nullptr;
  uint64_t bytes = 0;

  bool operator==(const Region &other) const {
    return kind == other.kind && index == other.index && base == other.base && bytes == other.bytes;
  }
  bool operator!=(const Region &other) const { return !(*this == other); }
  explicit operator bool() const { return kind != none && kind != undefined; }
  bool isReference() const { return kind == reference || kind == null; }

  static Region referenceTo(swasm_isolation_value value) {
    return value == SWASM_ISOLATION_NUMBER ? Region() : Region{reference, value};
  }

  /// The bytes from null on that are never mapped: a page.
  static constexpr uint64_t nullBytes = 4096;
  /// The region of a value that never exists, such as a value read from null: every statement about it is
  /// true. While a phi is being resolved, the phi itself has this region, too.
  static Region ofNothing() { return {null, 1}; }
};

/// The smallest region that includes both; none if there is none.
Region join(const Region &a, const Region &b);

/// A part of an object, and its content.
struct Cell {
  enum Kind : uint8_t {
    none,
    data,    ///< Bits that mean nothing to isolation.
    pointer, ///< A pointer into `content`.
  };
  Kind kind = none;
  uint64_t begin = 0, end = 0;
  bool isWritable = false;
  Region content;
};

/// The description, with look-ups.
class Instance {
public:
  explicit Instance(const swasm_isolation_description &description);

  const swasm_isolation_description &description;

  /// The cell at an offset of the state, of the structure of an imported memory or table, or of an imported
  /// global's value.
  Cell cellAt(const Region &region, uint64_t offset) const;

  /// Whether some function type has a reference in a slot. If not, slots only ever hold numbers.
  bool hasReferenceSlots() const { return referencesInSlots; }
  /// Whether a host's slots for a type have references.
  bool hasReferences(const swasm_isolation_type &type) const;

  uint32_t canonical(uint32_t type) const { return description.types[type].canonical; }
  const swasm_isolation_type *typeOf(uint32_t type) const {
    return type < description.type_count ? &description.types[type] : nullptr;
  }
  /// Whether a reference of type `from` may be stored where one of type `to` belongs.
  bool fits(swasm_isolation_value from, swasm_isolation_value to) const;
  /// The same for regions; null fits every reference.
  bool fits(const Region &from, const Region &to) const;

  /// The instance whose head is at this place of the state.
  const swasm_isolation_instance *instanceAt(uint64_t offset) const;
  /// The type of the function whose reference is at this place of the state.
  std::optional<uint32_t> funcrefAt(uint64_t offset) const;
  /// The tag whose slot is at this place of the state.
  std::optional<uint32_t> tagAt(uint64_t offset) const;

private:
  /// An instance, and how many of its memories, tables and globals are imported.
  struct Part {
    const swasm_isolation_instance *instance;
    uint32_t importedMemories = 0, importedTables = 0, importedGlobals = 0;
  };
  /// In ascending order of their places.
  llvm::SmallVector<Part, 1> parts;
  bool referencesInSlots = false;

  const Part *partAt(uint64_t offset) const;
  Cell stateCell(uint64_t offset) const;
  Cell instanceCell(const Part &part, uint64_t offset) const;
  Cell memoryField(uint32_t memory, uint64_t begin, uint64_t offset) const;
  Cell tableField(uint32_t table, uint64_t begin, uint64_t offset) const;
  Cell funcrefField(uint64_t begin, uint64_t offset, Region code) const;
  Cell globalCell(uint32_t global, uint64_t begin) const;
};

} // namespace isolation
