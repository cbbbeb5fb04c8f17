// Writes the module with the host's memory, which holds the values of calls by the host. Its realloc never frees
// anything, because each call begins with an empty memory.

import WasmEncoding
import WasmModule
import WasmProgram

enum ExchangeModule {
  static let memoryName = "memory"
  static let reallocName = "realloc"
  /// Names the global with the first address that is not allocated.
  static let endName = "end"
  /// Lower addresses are not used, so that nothing has the address 0.
  static let firstAddress: UInt32 = 16
  private static let mostBytes: Int64 = 1 << 31

  static func module() -> AdapterModule {
    let module = AdapterModule(traps: [.tooLong])
    let memory = module.writer.memory(minimumPages: 1)
    let end = module.writer.global(Int32(firstAddress))
    module.writer.exportGlobal(endName, end)
    module.writer.exportMemory(memoryName, memory)
    let realloc = module.function(
      CallAdapter.reallocType.parameters, CallAdapter.reallocType.results, name: "realloc"
    ) { f in
      writeRealloc(f, module, memory, end)
    }
    module.writer.exportFunction(reallocName, realloc)
    return module
  }

  private static func writeRealloc(
    _ f: FunctionWriter, _ module: AdapterModule, _ memory: Int, _ end: Int
  ) {
    let (old, oldBytes, alignment, bytes) = (
      f.parameters[0], f.parameters[1], f.parameters[2], f.parameters[3]
    )
    let (address, last) = (f.local(), f.local(.i64))
    f.getGlobal(end)
    f.get(alignment)
    f.op(.i32Add)
    f.i32(1)
    f.op(.i32Subtract)
    f.i32(0)
    f.get(alignment)
    f.op(.i32Subtract)
    f.op(.i32And)
    f.tee(address)
    f.op(.i64ExtendI32)
    f.get(bytes)
    f.op(.i64ExtendI32)
    f.op(.i64Add)
    f.tee(last)
    f.i64(mostBytes)
    f.op(.i64Greater)
    module.trapIfTrue(.tooLong, f)
    f.get(last)
    f.op(.i32WrapI64)
    f.setGlobal(end)
    f.growMemory(memory, toHold: last) { module.trap(.tooLong, f) }
    f.get(old)
    f.ifTrue {
      f.get(address)
      f.get(old)
      f.get(oldBytes)
      f.get(bytes)
      f.get(oldBytes)
      f.get(bytes)
      f.op(.i32Less)
      f.op(.select)
      f.memoryCopy(to: memory, from: memory)
    }
    f.get(address)
  }
}

extension FunctionWriter {
  /// Grows a memory so that it has `bytes` bytes (an i64, at most 2^32). Runs `failed` if it cannot.
  func growMemory(_ memory: Int, toHold bytes: Local, _ failed: () -> Void) {
    let pages = local()
    get(bytes)
    i64(0xffff)
    op(.i64Add)
    i64(16)
    op(.i64ShiftRight)
    op(.i32WrapI64)
    memorySize(memory)
    op(.i32Subtract)
    tee(pages)
    i32(0)
    op(.i32GreaterSigned)
    ifTrue {
      get(pages)
      memoryGrow(memory)
      i32(-1)
      op(.i32Equal)
      ifTrue(failed)
    }
  }
}
