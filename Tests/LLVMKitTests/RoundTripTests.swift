// Tests the wrapper from end to end: build, verify, optimise, write and read bitcode, emit an object.
import Targets
import Testing

@testable import LLVMKit

/// A function `name` that returns its parameter plus one.
private func addIncrement(to module: borrowing LLVMModule, in types: LLVMTypes, name: String) {
  let type = types.function([types.i32], returning: types.i32)
  let function = module.addFunction(name, type: type)
  let builder = LLVMBuilder(context: types.context)
  let entry = builder.createBlock("entry")
  function.appendBlock(entry)
  builder.position(atEnd: entry)
  builder.returnValue(builder.add(function.parameter(0), types.i32.constant(1), "sum"))
}

@Test func builtFunctionVerifiesAndPrints() throws {
  let context = LLVMContext()
  let module = LLVMModule(name: "m", context: context)
  addIncrement(to: module, in: context.types, name: "increment")
  try module.verify()
  #expect(module.text.contains("%sum = add i32 %0, 1"))
}

@Test func functionWithoutTerminatorFailsVerification() {
  let context = LLVMContext()
  let module = LLVMModule(name: "m", context: context)
  let types = context.types
  let function = module.addFunction("f", type: types.function([], returning: types.void))
  let builder = LLVMBuilder(context: types.context)
  function.appendBlock(builder.createBlock("entry"))
  #expect(throws: LLVMError.self) { try module.verify() }
}

@Test func bitcodeSurvivesAnotherContext() throws {
  let context = LLVMContext()
  let module = LLVMModule(name: "m", context: context)
  addIncrement(to: module, in: context.types, name: "increment")
  let bytes = module.bitcode().bytes
  let other = LLVMContext()
  let read = try LLVMModule(bitcode: LLVMMemoryBuffer(copying: bytes), context: other)
  try read.verify()
  #expect(read.function(named: "increment") != nil)
}

@Test func brokenBitcodeIsRefused() {
  let context = LLVMContext()
  #expect(throws: LLVMError.self) {
    _ = try LLVMModule(bitcode: LLVMMemoryBuffer(copying: [1, 2, 3, 4]), context: context)
  }
}

@Test func objectIsAnELFFile() throws {
  let context = LLVMContext()
  let module = LLVMModule(name: "m", context: context)
  let machine = try LLVMTargetMachine(.x64)
  module.setTarget(machine)
  addIncrement(to: module, in: context.types, name: "increment")
  try optimize(module, level: .standard, machine: machine, verifyingEachPass: true)
  let object = try machine.emit(module, as: .object)
  #expect(object.bytes.prefix(4) == [0x7f, 0x45, 0x4c, 0x46])
}

@Test(arguments: Target.all.indices)
func everyTargetIsKnownToLLVM(_ index: Int) throws {
  let target = Target.all[index]
  for level in target.levels {
    let processor = try target.processor(.named(level))
    #expect(try LLVMTargetMachine(processor).byteOrder == target.byteOrder)
  }
}

@Test func signallingNaNConstantKeepsItsBits() {
  let context = LLVMContext()
  let types = context.types
  let value = types.float.constant(bits: types.i32.constant(0x7fa0_0000))
  #expect(value.description.contains("0x7FF4000000000000"))
}
