// An instance for the check of IR, and the checker's answer about each function.
import CIsolation
import CLLVM
import Foundation
import Testing

@testable import LLVMKit

/// Offsets in the instance of these tests, in bytes.
///
///     64   memory 0, guarded: base at 64, bytes at 72       128  memory 1, not guarded: 128 and 136
///     192  globals: two numbers, a funcref, an exnref       256  table 0 of funcref: elements at 256, length at 264
///     320  table 1 of externref: 320 and 328                512  four slots
///     720  ids of types, where the instance is no static one
///     832  a second instance: a head, and one tag at 896
///
/// Types: 0 is f's own; 1 is (i32) -> i32; 2 is (i32) -> i64; 3 is k's own, (funcref) -> funcref, both in slot 0;
/// 4 is (i32, funcref) -> (); 5 is r's own, (i32) -> (ref null 5). Tag 0 has the parameters of type 1, and tag 1 those
/// of type 4.
private let layout: swasm_isolation_layout = {
  var layout = swasm_isolation_layout()
  layout.bytes = 1024
  layout.head_bytes = 64
  layout.head_slots = 16
  layout.slots = 512
  layout.slot_count = 4
  layout.type_ids = 720
  layout.type_id_count = 5
  return layout
}()

private let instance: swasm_isolation_instance = {
  var instance = swasm_isolation_instance()
  instance.memories = 64
  instance.globals = 192
  instance.tables = 256
  instance.tag_ids = 640
  instance.memory_pointers = 1000
  instance.table_pointers = 1000
  instance.global_pointers = 1000
  instance.function_pointers = 1000
  instance.funcrefs = 1000
  instance.dropped = 704
  instance.dropped_count = 2
  return instance
}()

private let abi: swasm_isolation_abi = {
  var abi = swasm_isolation_abi()
  abi.memory_bytes = 8
  abi.memory_stride = 64
  abi.table_length = 8
  abi.table_stride = 64
  abi.funcref_instance = 8
  abi.funcref_type_id = 16
  abi.funcref_function_index = 20
  abi.funcref_stride = 32
  abi.exception_captured = 28
  abi.exception_escaped = 29
  abi.exception_values = 48
  abi.value_stride = 16
  abi.guard_before_bytes = 1 << 34
  abi.guard_span_bytes = 1 << 35
  abi.table_maximum_elements = 1 << 32
  abi.memory_maximum_bytes = 1 << 48
  return abi
}()

/// The beginning of every module in these tests.
let head = """
  target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
  @swasm_main_state = external hidden global [1024 x i8], align 64
  declare void @llvm.ubsantrap(i8)
  declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
  declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
  declare i64 @swasm_memory_grow(ptr, i64)
  declare i32 @swasm_table_fill(ptr, i64, ptr, i64)
  declare ptr @swasm_exception_new(ptr, i32, i32)
  declare void @swasm_throw(ptr)

  """

/// `base` and `bytes` are memory 0's, `base1` and `bytes1` memory 1's.
let memories = """
    %base = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 64)
    %bytes = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 72)
    %base1 = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 128)
    %bytes1 = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 136)

  """

/// The text of a function `f` with these parameters, whose blocks are `body`.
func function(_ body: String, parameters: String = "i32 %a, i32 %b, i64 %w, i32 %n") -> String {
  head + "define fastcc void @f(\(parameters)) {\nentry:\n" + memories + body + "\n}\n"
}

/// Calls `body` with a module after it was hardened, and its context.
private func withHardened<Result>(
  _ text: String, _ body: (LLVMModuleRef, borrowing LLVMContext) throws -> Result
) throws -> Result {
  let context = LLVMContext()
  let bytes = Array(text.utf8CString)
  let buffer = bytes.withUnsafeBufferPointer {
    LLVMCreateMemoryBufferWithMemoryRangeCopy($0.baseAddress, $0.count - 1, "test")
  }
  var module: LLVMModuleRef?
  var message: UnsafeMutablePointer<CChar>?
  if LLVMParseIRInContext(context.handle, buffer, &module, &message) != 0 {
    throw LLVMError(takeMessage(message))
  }
  let parsed = try #require(module)
  defer { LLVMDisposeModule(parsed) }
  swasm_harden(parsed)
  return try body(parsed, context)
}

/// The text of a module after it was hardened.
func hardened(_ text: String) throws -> String {
  try withHardened(text) { module, _ in takeMessage(LLVMPrintModuleToString(module)) }
}

/// Why functions are not proven, by name.
///
/// - Parameters:
///   - stateIsSymbol: If false, functions get the state as their first parameter.
///   - original: The module before it was optimised.
func failures(_ text: String, stateIsSymbol: Bool = true, original: String? = nil) throws
  -> [String:
  String]
{
  let digest = try withHardened(original ?? text) { module, _ in swasm_isolation_digest_of(module) }
  return try withHardened(text) { module, context in
    var found: [String: String] = [:]
    withDescription(module, context, stateIsSymbol) { description in
      withUnsafeMutablePointer(to: &found) { found in
        _ = swasm_check_isolation(
          module, description, digest,
          { context, result in
            guard let found = context?.assumingMemoryBound(to: [String: String].self), let result,
              !result.pointee.proven
            else { return }
            found.pointee[String(cString: result.pointee.function)] = String(
              cString: result.pointee.reason)
          }, found)
      }
    }
    return found
  }
}

private func withDescription(
  _ module: LLVMModuleRef, _ context: borrowing LLVMContext, _ stateIsSymbol: Bool,
  _ body: (UnsafePointer<swasm_isolation_description>) -> Void
) {
  let i32 = LLVMInt32TypeInContext(context.handle)
  var parameters: [LLVMTypeRef?] = [i32]
  let own = LLVMGlobalGetValueType(LLVMGetNamedFunction(module, "f"))
  let second = LLVMFunctionType(i32, &parameters, 1, 0)
  let third = LLVMFunctionType(LLVMInt64TypeInContext(context.handle), &parameters, 1, 0)
  var instance = [LLVMPointerTypeInContext(context.handle, 0)]
  let fourth = LLVMFunctionType(
    LLVMVoidTypeInContext(context.handle), &instance, stateIsSymbol ? 0 : 1, 0)
  var numberAndReference = [i32, LLVMPointerTypeInContext(context.handle, 0)]
  let fifth = LLVMFunctionType(LLVMVoidTypeInContext(context.handle), &numberAndReference, 2, 0)
  let numbers = [swasm_isolation_value](repeating: 0, count: 16)
  let places = (0..<16).map { Int32($0) }
  let sixth = LLVMFunctionType(
    LLVMPointerTypeInContext(context.handle, 0), &parameters, 1, 0)
  let reference = [
    UInt32(SWASM_ISOLATION_NUMBER), UInt32(SWASM_ISOLATION_FUNCTION),
    UInt32(SWASM_ISOLATION_TYPED) + 5,
  ]
  let slot = [Int32(-1)]
  let eight = [UInt8](repeating: 8, count: 16)
  withBuffers(numbers, places, reference, slot, eight) { numbers, places, reference, slot, eight in
    func type(_ llvm: LLVMTypeRef?, _ index: UInt32) -> swasm_isolation_type {
      var type = swasm_isolation_type()
      type.canonical = index
      type.llvm = llvm
      type.parameters = numbers.baseAddress
      type.places = places.baseAddress
      type.results = numbers.baseAddress
      type.parameter_bytes = eight.baseAddress
      type.result_bytes = eight.baseAddress
      type.parameter_count = LLVMCountParamTypes(llvm)
      type.result_count = index == 0 ? 0 : 1
      type.direct_result_count = type.result_count
      return type
    }
    var inSlots = type(fourth, 3)
    inSlots.parameters = reference.baseAddress.map { $0 + 1 }
    inSlots.places = slot.baseAddress
    inSlots.results = reference.baseAddress.map { $0 + 1 }
    inSlots.parameter_count = 1
    inSlots.direct_result_count = 0
    inSlots.slot_count = 1
    var mixed = type(fifth, 4)
    mixed.parameters = reference.baseAddress
    mixed.result_count = 0
    mixed.direct_result_count = 0
    var first = type(own, 0)
    if !stateIsSymbol {
      first.places = places.baseAddress.map { $0 + 1 }
      first.parameter_count -= 1
    }
    var step = type(sixth, 5)
    step.results = reference.baseAddress.map { $0 + 2 }
    fill([first, type(second, 1), type(third, 2), inSlots, mixed, step], stateIsSymbol, body)
  }
}

private func withBuffers<A, B, C, D, E>(
  _ a: [A], _ b: [B], _ c: [C], _ d: [D], _ e: [E],
  _ body: (
    UnsafeBufferPointer<A>, UnsafeBufferPointer<B>, UnsafeBufferPointer<C>, UnsafeBufferPointer<D>,
    UnsafeBufferPointer<E>
  ) -> Void
) {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      c.withUnsafeBufferPointer { c in
        d.withUnsafeBufferPointer { d in e.withUnsafeBufferPointer { e in body(a, b, c, d, e) } }
      }
    }
  }
}

/// A second instance of the program, which has a tag and nothing else.
private let otherInstance: swasm_isolation_instance = {
  var instance = swasm_isolation_instance()
  instance.start = 832
  instance.memories = 1000
  instance.globals = 1000
  instance.tables = 1000
  instance.tag_ids = 896
  instance.memory_pointers = 1000
  instance.table_pointers = 1000
  instance.global_pointers = 1000
  instance.function_pointers = 1000
  instance.funcrefs = 1000
  instance.dropped = 1000
  instance.tag_count = 1
  return instance
}()

private func fill(
  _ types: [swasm_isolation_type], _ stateIsSymbol: Bool,
  _ body: (UnsafePointer<swasm_isolation_description>) -> Void
) {
  let memories = [true, false].map { swasm_isolation_memory(imported: false, guarded: $0) }
  let number = UInt32(SWASM_ISOLATION_NUMBER)
  let reference = UInt32(SWASM_ISOLATION_FUNCTION)
  let tables = [reference, UInt32(SWASM_ISOLATION_EXTERN)].map {
    swasm_isolation_table(imported: false, element: $0)
  }
  let globals = [number, number, reference, UInt32(SWASM_ISOLATION_EXCEPTION)].map {
    swasm_isolation_global(imported: false, is_mutable: true, value: $0)
  }
  let ids: [UInt32] = [0, 1, 2, 3]
  let tags: [UInt32] = [1, 4, 1]
  let names = ["f", "g", "h", "k", "m", "r"].map { (name: String) in strdup(name) }
  defer { for name in names { free(name) } }
  let functions = zip(names, 0...).map {
    swasm_isolation_function(name: $0, type: UInt32($1), role: UInt32(SWASM_ISOLATION_BODY))
  }
  var description = swasm_isolation_description()
  description.static_instance = stateIsSymbol
  description.calling_convention = 8
  description.layout = layout
  description.abi = abi
  var instance = instance
  instance.memory_count = UInt32(memories.count)
  instance.table_count = UInt32(tables.count)
  instance.global_count = UInt32(globals.count)
  instance.tag_count = UInt32(tags.count) - 1
  var second = otherInstance
  second.first_tag = instance.tag_count
  description.instance_count = 2
  withBuffers(types, memories, tables, globals, ids) { types, memories, tables, globals, ids in
    description.types = types.baseAddress
    description.type_count = UInt32(types.count)
    description.memories = memories.baseAddress
    description.memory_count = UInt32(memories.count)
    description.tables = tables.baseAddress
    description.table_count = UInt32(tables.count)
    description.globals = globals.baseAddress
    description.global_count = UInt32(globals.count)
    description.type_of_id = ids.baseAddress
    description.id_count = UInt32(ids.count)
    functions.withUnsafeBufferPointer { functions in
      description.functions = functions.baseAddress
      description.function_count = functions.count
      tags.withUnsafeBufferPointer { tags in
        description.tags = tags.baseAddress
        description.tag_count = UInt32(tags.count)
        [instance, second].withUnsafeBufferPointer {
          description.instances = $0.baseAddress
          body(&description)
        }
      }
    }
  }
}

/// Expects that all functions are proven.
func expectProven(
  _ text: String, _ comment: Comment? = nil, at place: SourceLocation = #_sourceLocation
)
  throws
{
  #expect(try failures(text) == [:], comment, sourceLocation: place)
}

/// Expects that `f` is not proven, for this reason.
func expectRefused(
  _ text: String, _ reason: String, at place: SourceLocation = #_sourceLocation
) throws {
  let found = try failures(text)["f"]
  #expect(found == reason, sourceLocation: place)
}
