// A function type of wasm as a type of LLVM. The program's state comes first, if it is a parameter. Then come the
// parameters that fit the target's registers. The others go through slots of the callee's program
// (swasm_instance.results). Nothing is passed on the stack. So any function can end in a tail call of any other, and a
// frame's size does not depend on the callee (see RATIONALE.md).
import CGuestIR
import LLVMKit
import Targets
import WasmModule

struct FunctionSignature {
  /// Where a parameter is: a position among LLVM's parameters, or a slot.
  enum Place {
    case register(Int)
    case slot(Int)
  }

  let type: FunctionType
  let llvm: LLVMType
  let parameters: [LLVMType]
  let results: [LLVMType]
  let places: [Place]
  let slotCount: Int
  /// The number of results that are returned directly; the others are in slots.
  let directResultCount: Int
  /// Whether the address of the slots is returned after the direct results. It is if some results are in slots and the
  /// state is passed: a tail call may have ended in another program than the one that was called.
  let returnsSlots: Bool

  init(_ type: FunctionType, types: ValueTypes, registers target: Target, passesState: Bool) {
    self.type = type
    let llvm = types.llvm
    parameters = type.parameters.map { types[$0] }
    results = type.results.map { types[$0] }
    var registers = target.argumentRegisters
    var passed: [LLVMType] = []
    if passesState && registers.take(.reference(.funcref)) { passed.append(llvm.pointer) }
    var slots = 0
    var places: [Place] = []
    for (position, parameter) in type.parameters.enumerated() {
      if registers.take(parameter) {
        places.append(.register(passed.count))
        passed.append(parameters[position])
      } else {
        places.append(.slot(slots))
        slots += 1
      }
    }
    self.places = places
    let count = target.resultsThatFit(type.results, reservingAddress: passesState)
    directResultCount = count
    slotCount = max(slots, results.count - count)
    returnsSlots = passesState && count < results.count
    let returned = results.prefix(count) + (returnsSlots ? [llvm.pointer] : [])
    let result =
      switch returned.count {
      case 0: llvm.void
      case 1: returned[0]
      default: llvm.structure(Array(returned))
      }
    self.llvm = llvm.function(passed, returning: result)
  }

  /// Whether the LLVM function returns a structure: it does for several values.
  var returnsStructure: Bool { directResultCount + (returnsSlots ? 1 : 0) > 1 }
}

extension RegisterCounts {
  /// Takes a register for a value of `type`; false if none is left.
  fileprivate mutating func take(_ type: ValueType) -> Bool {
    switch type {
    case .i32, .i64, .reference: takeGeneral()
    case .f32, .f64: takeVector()
    case .v128: holdsV128 && takeVector()
    }
  }
}

extension Target {
  /// How many of the first `results` fit the registers. If not all of them fit, and `reservingAddress` is set, one
  /// register is kept for the address of the slots.
  fileprivate func resultsThatFit(_ results: [ValueType], reservingAddress: Bool) -> Int {
    var registers = resultRegisters
    let count = results.prefix { registers.take($0) }.count
    if count == results.count || !reservingAddress { return count }
    registers = resultRegisters
    guard registers.takeGeneral() else { return 0 }
    return results.prefix { registers.take($0) }.count
  }
}

extension LLVMTypes {
  /// The type of a pointer into guest memory. It has its own address space, so that optimisers cannot mistake such an
  /// access for another.
  var guestPointer: LLVMType { pointer(inAddressSpace: UInt32(SWASM_GUEST_ADDRESS_SPACE)) }
}

/// The LLVM type of each type of wasm. References are pointers, null is null.
struct ValueTypes {
  let llvm: LLVMTypes
  let v128: LLVMType

  init(_ llvm: LLVMTypes) {
    self.llvm = llvm
    v128 = llvm.i32.vector(4)
  }

  subscript(_ type: ValueType) -> LLVMType {
    switch type {
    case .i32: llvm.i32
    case .i64: llvm.i64
    case .f32: llvm.float
    case .f64: llvm.double
    case .v128: v128
    case .reference: llvm.pointer
    }
  }

  /// The bytes that a value takes in the host's memory. The natural alignment of its type is the same number.
  func bytes(_ type: ValueType) -> UInt32 {
    switch type {
    case .i32, .f32: 4
    case .i64, .f64, .reference: 8
    case .v128: 16
    }
  }
}
