// The symbol table of an executable. In: a linked executable, in which a function of the program has a symbol such as
// `f12.name`. Out: the same with the functions' own names, for `nm`, `gdb`, `perf` and other tools. The runtime's symbols
// go: in a small program they would be larger than all the others.
//
// Names come from the module, so they are hostile. All their symbols are local, so nothing is ever linked to them. They
// have no control characters. None equals a symbol of the runtime or of the compiler: such a name, and each that begins
// with `swasm_`, gets `wasm.` before it. No symbol of ours begins with that.

import Lowering
import ObjectFile
import WasmModule
import WasmProgram

/// The executable with a symbol for each function of the program, and with no others.
func nameFunctions(_ executable: [UInt8], of program: Program) throws(DriverError) -> [UInt8] {
  do throws(ObjectFormatError) {
    let elf = try ElfFile(executable)
    var others: Set<[UInt8]> = []
    var guests: [(symbol: ElfNamedSymbol, function: FunctionSymbol)] = []
    for symbol in try elf.symbols() {
      if symbol.isFunction, let function = FunctionSymbol(symbol.name[...]), program.has(function) {
        guests.append((symbol, function))
      } else {
        others.insert(symbol.name)
      }
    }
    let names = SymbolNames(program, taken: others)
    return try elf.withSymbols(
      guests.map { guest in
        var symbol = guest.symbol
        symbol.name = names.name(of: guest.function)
        symbol.makeLocal()
        return symbol
      })
  } catch {
    throw .internal("the linker's output cannot be read: \(error.message)")
  }
}

private let ourPrefix = Array("swasm_".utf8)

extension Program {
  fileprivate func has(_ function: FunctionSymbol) -> Bool {
    function.instance.int < instances.count
      && self[function.instance].module.functions.contains(function.index)
  }
}

/// The names that symbols of functions get.
private struct SymbolNames {
  /// Longer names are cut.
  private static let mostBytes = 1024

  private let program: Program
  /// The symbols that are not functions of the program.
  private let taken: Set<[UInt8]>
  /// By instance.
  private let names: [FunctionNames]
  /// The instances whose module has an earlier instance.
  private let again: Set<InstanceIndex>

  init(_ program: Program, taken: Set<[UInt8]>) {
    self.program = program
    self.taken = taken
    names = program.instances.map { FunctionNames($0.module) }
    var places: Set<Int> = []
    again = Set(
      program.indices.filter {
        guard let place = program[$0].module.firstBody else { return false }
        return !places.insert(place).inserted
      })
  }

  func name(of function: FunctionSymbol) -> [UInt8] {
    let module = program[function.instance].module
    let known = names[function.instance.int][function.index]
    var name = safe(known ?? "wasm-function[\(function.index)]")
    if again.contains(function.instance) { name += Array(".instance\(function.instance)".utf8) }
    if !module.functions.isImported(function.index) {
      name += function.appended(toName: module.names.functions[function.index])
    }
    return name.starts(with: ourPrefix) || taken.contains(name) ? Array("wasm.".utf8) + name : name
  }

  /// Without control characters, and not too long. Begins and ends with whole characters.
  private func safe(_ name: String) -> [UInt8] {
    let bytes = Array(printable(name).utf8)
    guard bytes.count > Self.mostBytes else { return bytes }
    var end = Self.mostBytes
    while bytes[end] & 0xc0 == 0x80 { end -= 1 }
    return Array(bytes[..<end])
  }
}

extension Module {
  /// Where the first body of a function begins in the file. nil if there is none.
  fileprivate var firstBody: Int? {
    for index in functions.defined.indices {
      if let body = functions[index].body { return body.range.lowerBound }
    }
    return nil
  }
}
