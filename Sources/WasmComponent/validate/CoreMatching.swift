// Whether what a core instance exports may be given for what a module imports.
// Core spec: Validation, Matching, External Types.

import WasmModule

extension CoreExternType {
  /// Why `self` does not match what is wanted; nil if it does.
  func mismatch(with wanted: CoreExternType, _ types: CoreTypes) -> String? {
    switch (self, wanted) {
    case (.function(let found), .function(let wanted)):
      return found == wanted
        ? nil : "expected a function of type \(types[wanted]), found \(types[found])"
    case (.tag(let found), .tag(let wanted)):
      return found == wanted
        ? nil : "expected a tag of type \(types[wanted]), found \(types[found])"
    case (.table(let found), .table(let wanted)): return Self.mismatch(found, wanted)
    case (.memory(let found), .memory(let wanted)): return Self.mismatch(found, wanted)
    case (.global(let found), .global(let wanted)): return Self.mismatch(found, wanted)
    default: return "expected a \(wanted.sort), found a \(sort)"
    }
  }

  private static func mismatch(_ found: TableType, _ wanted: TableType) -> String? {
    if found.element != wanted.element {
      return "expected a table of \(wanted.element), found one of \(found.element)"
    }
    if found.is64 != wanted.is64 { return "the tables have indices of different types" }
    return found.limits.matches(wanted.limits) ? nil : "the limits of the tables do not match"
  }

  private static func mismatch(_ found: MemoryType, _ wanted: MemoryType) -> String? {
    if found.isShared != wanted.isShared {
      return wanted.isShared
        ? "expected a shared memory, found one that is not" : "found a shared memory, expected none"
    }
    if found.is64 != wanted.is64 { return "the memories have addresses of different types" }
    if found.pageLog2 != wanted.pageLog2 { return "the memories have pages of different sizes" }
    return found.limits.matches(wanted.limits) ? nil : "the limits of the memories do not match"
  }

  private static func mismatch(_ found: GlobalType, _ wanted: GlobalType) -> String? {
    if found.isMutable != wanted.isMutable {
      return "expected a global that is \(wanted.isMutable ? "" : "not ")mutable"
    }
    let isMatch =
      wanted.isMutable ? found.value == wanted.value : found.value.matches(wanted.value)
    return isMatch ? nil : "expected a global of type \(wanted.value), found \(found.value)"
  }
}

extension Limits {
  fileprivate func matches(_ wanted: Limits) -> Bool {
    guard minimum >= wanted.minimum else { return false }
    guard let most = wanted.maximum else { return true }
    return maximum.map { $0 <= most } ?? false
  }
}

extension ValueType {
  /// Core spec: Validation, Matching. The numbers of all modules are the same, so equal types have equal numbers.
  fileprivate func matches(_ wanted: ValueType) -> Bool {
    guard case .reference(let found) = self, case .reference(let wanted) = wanted else {
      return self == wanted
    }
    if found.isNullable && !wanted.isNullable { return false }
    if found.heap == wanted.heap { return true }
    switch (found.heap, wanted.heap) {
    case (.concrete, .function), (.noFunction, .function), (.noFunction, .concrete),
      (.noExtern, .extern), (.noException, .exception):
      return true
    default: return false
    }
  }
}
