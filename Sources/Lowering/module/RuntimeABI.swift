// The runtime's ABI (swasm_abi.h) as Swift sees it: offsets of fields, trap codes, alignments.
// The numbers come from the C header, except `valueStride`, `pointerStride` and `nullFunction`.
import CSwasmABI

/// Why guest code stops.
enum TrapCode {
  case unreachable, integerDivideByZero, integerOverflow, invalidConversion
  case memoryOutOfBounds, tableOutOfBounds, undefinedElement, uninitializedElement
  case indirectCallType, nullReference, nullFunctionReference, unalignedAtomic
  case expectedSharedMemory, uncaughtException, unknownImport, nullExceptionReference

  /// The immediate of `llvm.ubsantrap`.
  var code: UInt64 {
    let code =
      switch self {
      case .unreachable: SWASM_TRAP_UNREACHABLE
      case .integerDivideByZero: SWASM_TRAP_INTEGER_DIVIDE_BY_ZERO
      case .integerOverflow: SWASM_TRAP_INTEGER_OVERFLOW
      case .invalidConversion: SWASM_TRAP_INVALID_CONVERSION
      case .memoryOutOfBounds: SWASM_TRAP_MEMORY_OUT_OF_BOUNDS
      case .tableOutOfBounds: SWASM_TRAP_TABLE_OUT_OF_BOUNDS
      case .undefinedElement: SWASM_TRAP_UNDEFINED_ELEMENT
      case .uninitializedElement: SWASM_TRAP_UNINITIALIZED_ELEMENT
      case .indirectCallType: SWASM_TRAP_INDIRECT_CALL_TYPE
      case .nullReference: SWASM_TRAP_NULL_REFERENCE
      case .nullFunctionReference: SWASM_TRAP_NULL_FUNCTION_REFERENCE
      case .unalignedAtomic: SWASM_TRAP_UNALIGNED_ATOMIC
      case .expectedSharedMemory: SWASM_TRAP_EXPECTED_SHARED_MEMORY
      case .uncaughtException: SWASM_TRAP_UNCAUGHT_EXCEPTION
      case .unknownImport: SWASM_TRAP_UNKNOWN_IMPORT
      case .nullExceptionReference: SWASM_TRAP_NULL_EXCEPTION_REFERENCE
      }
    return UInt64(code.rawValue)
  }
}

/// The offset of a field. Every field of a C structure has one.
func fieldOffset<Root, Value>(_ path: KeyPath<Root, Value>) -> UInt64 {
  guard let offset = MemoryLayout<Root>.offset(of: path) else {
    preconditionFailure("\(path) is not a stored field")
  }
  return UInt64(offset)
}

func byteSize<T>(_ type: T.Type) -> UInt64 { UInt64(MemoryLayout<T>.stride) }

/// Offsets and sizes in bytes that generated code uses.
enum ABI {
  static let memoryBase = fieldOffset(\swasm_memory.base)
  static let memoryBytes = fieldOffset(\swasm_memory.bytes)
  static let memoryMaximumBytes = UInt64(1) << UInt64(SWASM_MEMORY_MAX_ADDRESS_BITS)
  static let memoryStride = byteSize(swasm_memory.self)
  static let tableElements = fieldOffset(\swasm_table.elements)
  static let tableLength = fieldOffset(\swasm_table.length)
  static let tableStride = byteSize(swasm_table.self)
  static let funcrefCode = fieldOffset(\swasm_funcref.code)
  static let funcrefInstance = fieldOffset(\swasm_funcref.instance)
  static let funcrefFunctionIndex = fieldOffset(\swasm_funcref.function_index)
  static let funcrefTypeID = fieldOffset(\swasm_funcref.type_id)
  static let funcrefStride = byteSize(swasm_funcref.self)
  static let exceptionTag = fieldOffset(\swasm_exception.tag)
  static let exceptionCaptured = fieldOffset(\swasm_exception.captured)
  static let exceptionEscaped = fieldOffset(\swasm_exception.escaped)
  /// The flexible array at the end of an exception: its values, valueStride bytes each.
  static let exceptionValues = byteSize(swasm_exception.self)
  static let instanceResults = fieldOffset(\swasm_instance.results)
  static let instanceHead = byteSize(swasm_instance.self)
  /// The stride of swasm_value, 16 by definition. Swift does not see the attribute that sets the union's alignment.
  static let valueStride: UInt64 = 16
  static let pointerStride: UInt64 = 8
  /// Stands for null among the positions of functions.
  static let nullFunction: UInt32 = .max
}
