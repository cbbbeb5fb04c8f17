// The owner of an LLVM module, with the operations on a whole module: add functions and globals, verify, print, and
// read and write bitcode.
import CLLVM

/// A module of LLVM. It is disposed of with its owner.
public struct LLVMModule: ~Copyable, @unchecked Sendable {
  public let handle: LLVMModuleRef
  public let context: LLVMContextRef

  public init(name: String, context: borrowing LLVMContext) {
    self.context = context.handle
    handle = LLVMModuleCreateWithNameInContext(name, context.handle)
  }

  /// Reads bitcode that `bitcode()` wrote.
  public init(bitcode: borrowing LLVMMemoryBuffer, context: borrowing LLVMContext) throws(LLVMError)
  {
    var module: LLVMModuleRef?
    guard LLVMParseBitcodeInContext2(context.handle, bitcode.handle, &module) == 0, let module
    else {
      throw LLVMDiagnostics.take(from: context.handle) ?? LLVMError("not a bitcode file")
    }
    self.context = context.handle
    handle = module
  }

  deinit { LLVMDisposeModule(handle) }

  public func setTarget(_ machine: borrowing LLVMTargetMachine) {
    LLVMSetTarget(handle, machine.target.triple)
    let layout = LLVMCreateTargetDataLayout(machine.handle)
    LLVMSetModuleDataLayout(handle, layout)
    LLVMDisposeTargetData(layout)
  }

  public func setSourceFileName(_ name: String) {
    LLVMSetSourceFileName(handle, name, name.utf8.count)
  }

  public var contents: LLVMModuleContents {
    LLVMModuleContents(handle: handle, context: context)
  }

  public func addFlag(_ key: String, value: LLVMValue) { contents.addFlag(key, value: value) }
  public func addFunction(_ name: String, type: LLVMType) -> LLVMValue {
    contents.addFunction(name, type: type)
  }
  public func function(named name: String) -> LLVMValue? { contents.function(named: name) }

  /// Runs LLVM's consistency check. An error is a bug in the code that built the module.
  public func verify() throws(LLVMError) {
    var message: UnsafeMutablePointer<CChar>?
    let failed = LLVMVerifyModule(handle, LLVMReturnStatusAction, &message) != 0
    let text = takeMessage(message)
    if failed { throw LLVMError(text) }
  }

  /// Textual IR.
  public var text: String { takeMessage(LLVMPrintModuleToString(handle)) }

  /// The module as bitcode, which `init(bitcode:context:)` reads.
  public func bitcode() -> LLVMMemoryBuffer {
    LLVMMemoryBuffer(handle: LLVMWriteBitcodeToMemoryBuffer(handle))
  }
}

/// The contents of a module, for code that builds it but does not own it. Valid as long as the module exists.
public struct LLVMModuleContents: @unchecked Sendable {
  public let handle: LLVMModuleRef
  public let context: LLVMContextRef

  public func addFlag(_ key: String, value: LLVMValue) {
    LLVMAddModuleFlag(
      handle, LLVMModuleFlagBehaviorWarning, key, key.utf8.count, LLVMValueAsMetadata(value.handle))
  }

  public func addFunction(_ name: String, type: LLVMType) -> LLVMValue {
    LLVMValue(LLVMAddFunction(handle, name, type.handle))
  }

  public func addGlobal(_ name: String, type: LLVMType) -> LLVMValue {
    LLVMValue(LLVMAddGlobal(handle, type.handle, name))
  }

  public func function(named name: String) -> LLVMValue? {
    LLVMGetNamedFunction(handle, name).map(LLVMValue.init)
  }

  public func global(named name: String) -> LLVMValue? {
    LLVMGetNamedGlobal(handle, name).map(LLVMValue.init)
  }

  /// The declaration of an intrinsic, for the types that it is overloaded on.
  public func intrinsic(_ name: String, _ overloads: [LLVMType] = []) -> LLVMValue {
    let id = LLVMLookupIntrinsicID(name, name.utf8.count)
    precondition(id != 0, "LLVM has no intrinsic \(name)")
    var types: [LLVMTypeRef?] = overloads.map(\.handle)
    return LLVMValue(LLVMGetIntrinsicDeclaration(handle, id, &types, types.count))
  }
}

/// Bytes that LLVM owns: bitcode, an object file, assembly.
public struct LLVMMemoryBuffer: ~Copyable, @unchecked Sendable {
  public let handle: LLVMMemoryBufferRef

  init(handle: LLVMMemoryBufferRef) { self.handle = handle }

  /// Copies `bytes`.
  public init(copying bytes: [UInt8], name: String = "buffer") {
    handle = bytes.withUnsafeBytes {
      LLVMCreateMemoryBufferWithMemoryRangeCopy(
        $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, name)
    }
  }

  deinit { LLVMDisposeMemoryBuffer(handle) }

  public var count: Int { LLVMGetBufferSize(handle) }

  /// Calls `body` with the bytes. They are valid only during the call.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    body(UnsafeRawBufferPointer(start: LLVMGetBufferStart(handle), count: count))
  }

  public var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}
