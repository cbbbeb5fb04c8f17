// The entry of the lowering: a program in, an LLVM module out.
//
// The bodies of this partition's functions come first. The partition with the descriptors then adds the thunks,
// `initialize`, and the constant data that the runtime reads.
import CGuestIR
import LLVMKit
import WasmModule
import WasmProgram

/// Lowers a program, or the partition of it that `options` names, for `target`.
///
/// The result is complete but not optimised, and refers only to what swasm_abi.h declares. Throws if the program
/// exceeds a limit or has something without a lowering, if `options` asks for an export that does not exist, or if a
/// profile does not fit; see LoweringError.
/// - Parameter describe: Called with what the isolation checker needs to know.
public func lowerProgram(
  _ program: Program, into context: borrowing LLVMContext, options: LoweringOptions,
  target: borrowing LLVMTargetMachine, describe: (IsolationDescription) -> Void = { _ in }
) throws(LoweringError) -> LLVMModule {
  let llvm = LLVMModule(name: options.moduleName, context: context)
  llvm.setTarget(target)
  llvm.setSourceFileName(options.moduleName)
  let lowering = try ProgramLowering(
    program, options: options, context: context, contents: llvm.contents, target: target)
  let isGuarded = lowering.instances.allSatisfy { $0.allMemoriesAreGuarded }
  if !isGuarded {
    llvm.addFlag(SWASM_IR_COMPARED_MEMORY, value: lowering.types.i32.constant(1))
  }
  try lowering.lowerBodies()
  if options.emitsDescriptor { try lowering.emitDescriptors() }
  for instance in lowering.instances { instance.emitImportWrappers() }
  lowering.debugInfo.finish()
  describe(lowering.describeIsolation())
  return llvm
}

extension ProgramLowering {
  fileprivate func lowerBodies() throws(LoweringError) {
    var positions = options.partition?.positions[...]
    var inlinable = options.partition?.inlinable[...] ?? []
    for instance in instances {
      let first = instance.firstPosition
      let functions = instance.module.functions
      let end = first + functions.defined.count
      for position in positions.map({ Array($0.prefix { $0 < end }) }) ?? Array(first..<end) {
        let index = functions.definedIndex(position - first)
        guard program[instance.instance].isUsed[index.int] else { continue }
        try instance.lowerBody(of: index)
      }
      positions = positions?.drop { $0 < end }
      for position in inlinable.prefix(while: { $0 < end }) {
        let index = instance.module.functions.definedIndex(position - first)
        try instance.lowerBody(of: index)
        instance.function(index).setLinkage(.availableExternally)
      }
      inlinable = inlinable.drop { $0 < end }
    }
  }
}

extension InstanceLowering {
  fileprivate func lowerBody(of index: FunctionIndex) throws(LoweringError) {
    guard let body = module.functions[index].body else {
      preconditionFailure("function \(index) is imported")
    }
    let function = function(index)
    options.willLower?(function.name)
    let position = firstPosition + module.functions.definedPosition(of: index)
    let firstOffset = body.range.lowerBound
    let firstLine = program.bodyLines?.firstLine(ofFunctionAt: position) ?? firstOffset
    let scope = program.debugInfo.addSubprogram(
      to: function, name: module.names.functions[index] ?? "f\(index)",
      line: UInt32(truncatingIfNeeded: firstLine))
    var lowering = FunctionLowering(
      self, function: function, signature: signature(of: index), locals: body.locals,
      instructions: body.instructions, loops: validated.facts(of: index).loops, scope: scope)
    lowering.lineOfOffsetZero = firstLine - firstOffset
    if let followed = options.followed {
      lowering.rows = SourceRows(followed.rows[instance.int], from: firstOffset)
      lowering.follow(followed.locals[instance.int][firstOffset] ?? [])
    }
    try lowering.beginProfile(of: index)
    try lowering.lowerBody()
    try lowering.endProfile(of: index)
  }
}
