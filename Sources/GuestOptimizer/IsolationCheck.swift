// The isolation checker (CIsolation) as Swift uses it: hardens and checks optimised IR, and counts.
import CIsolation
import CLLVM
import CSwasmABI
import LLVMKit
import Lowering

/// A function that was not proven to stay within its instance.
public struct IsolationFailure: Sendable, Equatable {
  public let function: String
  public let reason: String
  public let instruction: String
  /// The offset in the wasm file; 0 if it is not known.
  public fileprivate(set) var offset: UInt32
  /// The check gave up, because the function is too large.
  public let isExhausted: Bool

  public var message: String {
    let place = offset == 0 ? "" : " at 0x\(String(offset, radix: 16))"
    return "\(function)\(place): \(reason): \(instruction)"
  }
}

/// The result of the check of one LLVM module.
public struct IsolationReport: Sendable {
  public var checked = 0
  public var failures: [IsolationFailure] = []

  public var isProven: Bool { failures.isEmpty }
}

/// A hash of all data of a module that the runtime reads (Descriptor.h of CIsolation). No pass may change that data.
public struct DescriptorDigest: Sendable {
  fileprivate let sum: swasm_isolation_digest

  /// Make it before the module is optimised.
  public init(of module: borrowing LLVMModule) { sum = swasm_isolation_digest_of(module.handle) }
}

/// Removes from an optimised module whatever could make machine code differ from the proven code. Then proves for every
/// function that it stays within the instance. Afterwards only code generation may change the module.
public func checkIsolation(
  _ module: borrowing LLVMModule, of description: IsolationDescription, digest: DescriptorDigest
) -> IsolationReport {
  checkIsolation(handle: module.handle, of: description, digest: digest)
}

/// The same for a module that somebody else owns.
public func checkIsolation(
  handle: LLVMModuleRef?, of description: IsolationDescription, digest: DescriptorDigest
) -> IsolationReport {
  swasm_harden(handle)
  let arguments = IsolationArguments(description)
  var report = IsolationReport()
  withExtendedLifetime(arguments) {
    withUnsafeMutablePointer(to: &report) { report in
      _ = swasm_check_isolation(
        handle, arguments.pointer, digest.sum,
        { context, result in
          guard let report = context?.assumingMemoryBound(to: IsolationReport.self), let result
          else {
            return
          }
          report.pointee.add(result.pointee)
        }, report)
    }
  }
  if let lines = description.lines {
    for index in report.failures.indices {
      let line = report.failures[index].offset
      report.failures[index].offset = lines.fileOffset(ofLine: line)
    }
  }
  return report
}

extension IsolationReport {
  fileprivate mutating func add(_ result: swasm_isolation_result) {
    checked += 1
    guard !result.proven else { return }
    failures.append(
      IsolationFailure(
        function: String(cString: result.function), reason: String(cString: result.reason),
        instruction: String(cString: result.instruction), offset: result.line,
        isExhausted: result.exhausted))
  }
}

/// The description in the form of the C header. Owns all arrays.
final class IsolationArguments {
  let pointer: UnsafeMutablePointer<swasm_isolation_description>
  private var owned: [UnsafeMutableRawPointer] = []

  init(_ description: IsolationDescription) {
    pointer = .allocate(capacity: 1)
    var result = swasm_isolation_description()
    result.static_instance = !description.passesState
    result.calling_convention = description.callingConvention
    result.layout = description.layout.c
    result.abi = .current
    setSpaces(&result, description)
    setFunctions(&result, description)
    pointer.initialize(to: result)
  }

  deinit {
    pointer.deallocate()
    for array in owned { array.deallocate() }
  }

  private func copied<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(elements.count, 1))
    _ = memory.initialize(from: elements)
    guard let start = memory.baseAddress else { preconditionFailure("an allocation is not empty") }
    owned.append(UnsafeMutableRawPointer(start))
    return UnsafePointer(start)
  }

  private func copied(_ text: String) -> UnsafePointer<CChar> { copied(Array(text.utf8CString)) }

  private func setSpaces(
    _ result: inout swasm_isolation_description, _ description: IsolationDescription
  ) {
    result.instances = copied(description.instances.map(\.c))
    result.instance_count = UInt32(description.instances.count)
    result.memories = copied(
      description.memories.map {
        swasm_isolation_memory(imported: $0.isImported, guarded: $0.isGuarded)
      })
    result.memory_count = UInt32(description.memories.count)
    result.tables = copied(
      description.tables.map {
        swasm_isolation_table(imported: $0.isImported, element: $0.element.c)
      })
    result.table_count = UInt32(description.tables.count)
    result.globals = copied(
      description.globals.map {
        swasm_isolation_global(imported: $0.isImported, is_mutable: $0.isMutable, value: $0.value.c)
      })
    result.global_count = UInt32(description.globals.count)
    result.elements = copied(
      description.elements.map {
        swasm_isolation_element(value: $0.value.c, offset: $0.offset, count: $0.count)
      })
    result.element_count = UInt32(description.elements.count)
    result.tags = copied(description.tags)
    result.tag_count = UInt32(description.tags.count)
  }

  private func setFunctions(
    _ result: inout swasm_isolation_description, _ description: IsolationDescription
  ) {
    result.types = copied(description.types.map(type))
    result.type_count = UInt32(description.types.count)
    result.type_of_id = copied(description.typeOfID)
    result.id_count = UInt32(description.typeOfID.count)
    result.function_pointer_types = copied(description.functionPointerTypes)
    result.funcref_types = copied(description.funcrefTypes)
    result.functions = copied(
      description.functions.map {
        swasm_isolation_function(name: copied($0.name), type: $0.type, role: $0.role.rawValue)
      })
    result.function_count = description.functions.count
  }

  private func type(_ type: IsolationDescription.FunctionType) -> swasm_isolation_type {
    var result = swasm_isolation_type()
    result.canonical = type.canonical
    result.llvm = type.llvm.handle
    result.parameters = copied(type.parameters.map(\.c))
    result.places = copied(type.places)
    result.results = copied(type.results.map(\.c))
    result.parameter_bytes = copied(type.parameterBytes)
    result.result_bytes = copied(type.resultBytes)
    result.parameter_count = UInt32(type.parameters.count)
    result.result_count = UInt32(type.results.count)
    result.direct_result_count = UInt32(type.directResultCount)
    result.returns_slots = type.returnsSlots
    result.slot_count = UInt32(type.slotCount)
    return result
  }
}

extension IsolationDescription.Value {
  fileprivate var c: swasm_isolation_value {
    switch self {
    case .number: UInt32(SWASM_ISOLATION_NUMBER)
    case .function: UInt32(SWASM_ISOLATION_FUNCTION)
    case .extern: UInt32(SWASM_ISOLATION_EXTERN)
    case .exception: UInt32(SWASM_ISOLATION_EXCEPTION)
    case .typed(let type): UInt32(SWASM_ISOLATION_TYPED) + type
    }
  }
}

extension IsolationDescription.Layout {
  fileprivate var c: swasm_isolation_layout {
    var result = swasm_isolation_layout()
    result.bytes = bytes
    result.head_bytes = UInt64(MemoryLayout<swasm_instance>.stride)
    result.head_slots = offset(\swasm_instance.results)
    result.type_ids = typeIDs
    result.slots = slots
    result.type_id_count = typeIDCount
    result.slot_count = slotCount
    return result
  }
}

extension IsolationDescription.Instance {
  fileprivate var c: swasm_isolation_instance {
    var result = swasm_isolation_instance()
    result.start = start
    result.memory_pointers = memoryPointers
    result.memories = memories
    result.table_pointers = tablePointers
    result.tables = tables
    result.global_pointers = globalPointers
    result.globals = globals
    result.function_pointers = functionPointers
    result.funcrefs = funcrefs
    result.tag_ids = tagIDs
    result.dropped = dropped
    result.dropped_count = UInt64(droppedCount)
    (result.first_memory, result.memory_count) = part(memoryRange)
    (result.first_table, result.table_count) = part(tableRange)
    (result.first_global, result.global_count) = part(globalRange)
    (result.first_element, result.element_count) = part(elementRange)
    (result.first_tag, result.tag_count) = part(tagRange)
    (result.first_function_pointer, result.function_pointer_count) = part(functionPointerRange)
    (result.first_funcref, result.funcref_count) = part(funcrefRange)
    result.data_count = UInt32(dataCount)
    return result
  }
}

private func part(_ range: Range<Int>) -> (UInt32, UInt32) {
  (UInt32(range.lowerBound), UInt32(range.count))
}

extension swasm_isolation_abi {
  /// The values of swasm_abi.h.
  static let current: swasm_isolation_abi = {
    var abi = swasm_isolation_abi()
    abi.memory_base = offset(\swasm_memory.base)
    abi.memory_bytes = offset(\swasm_memory.bytes)
    abi.memory_stride = UInt64(MemoryLayout<swasm_memory>.stride)
    abi.table_elements = offset(\swasm_table.elements)
    abi.table_length = offset(\swasm_table.length)
    abi.table_stride = UInt64(MemoryLayout<swasm_table>.stride)
    abi.funcref_code = offset(\swasm_funcref.code)
    abi.funcref_instance = offset(\swasm_funcref.instance)
    abi.funcref_type_id = offset(\swasm_funcref.type_id)
    abi.funcref_function_index = offset(\swasm_funcref.function_index)
    abi.funcref_stride = UInt64(MemoryLayout<swasm_funcref>.stride)
    abi.exception_tag = offset(\swasm_exception.tag)
    abi.exception_captured = offset(\swasm_exception.captured)
    abi.exception_escaped = offset(\swasm_exception.escaped)
    abi.exception_values = UInt64(MemoryLayout<swasm_exception>.stride)
    // Swift does not see the alignment of the union.
    abi.value_stride = 16
    abi.guard_before_bytes = UInt64(SWASM_GUARD_BEFORE_BYTES)
    abi.guard_span_bytes = UInt64(SWASM_GUARD_SPAN_BYTES)
    abi.table_maximum_elements = 1 << 32
    abi.memory_maximum_bytes = 1 << UInt64(SWASM_MEMORY_MAX_ADDRESS_BITS)
    return abi
  }()
}

/// The offset of a field. Every field of a C structure has one.
private func offset<Root, Value>(_ path: KeyPath<Root, Value>) -> UInt64 {
  guard let offset = MemoryLayout<Root>.offset(of: path) else {
    preconditionFailure("\(path) is not a stored field")
  }
  return UInt64(offset)
}
