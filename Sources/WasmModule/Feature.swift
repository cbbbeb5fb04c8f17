// The features of WebAssembly by the names of their proposals. Errors name features that are not implemented, and the
// opcode table says which feature an instruction belongs to.

/// A feature of WebAssembly.
public enum Feature: UInt8, Sendable, Hashable, CaseIterable {
  case mvp, signExtension, saturatingConversions, bulkMemory, referenceTypes, multiValue, simd
  case relaxedSIMD, tailCalls, functionReferences, exceptions, legacyExceptions, multiMemory
  case memory64, extendedConstants, threads, wideArithmetic, customPageSizes
  case garbageCollection, stackSwitching, customDescriptors, componentModel

  public var name: String {
    switch self {
    case .mvp: "WebAssembly 1.0"
    case .signExtension: "sign extension"
    case .saturatingConversions: "saturating float-to-int conversions"
    case .bulkMemory: "bulk memory"
    case .referenceTypes: "reference types"
    case .multiValue: "multiple values"
    case .simd: "SIMD"
    case .relaxedSIMD: "relaxed SIMD"
    case .tailCalls: "tail calls"
    case .functionReferences: "typed function references"
    case .exceptions: "exception handling"
    case .legacyExceptions: "legacy exception handling"
    case .multiMemory: "multiple memories"
    case .memory64: "64-bit memory"
    case .extendedConstants: "extended constant expressions"
    case .threads: "threads"
    case .wideArithmetic: "wide arithmetic"
    case .customPageSizes: "custom page sizes"
    case .garbageCollection: "garbage collection"
    case .stackSwitching: "stack switching"
    case .customDescriptors: "custom descriptors"
    case .componentModel: "the component model"
    }
  }
}
