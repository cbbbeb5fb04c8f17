// The symbols of functions in IR and in the objects of an executable: `f12.name`, or `i2.f12.name` for another instance
// than the first. Passes and code generation make further functions of a function, and append to its symbol:
// `f12.name.rest`, `f12.name.cold`.
import WasmModule
import WasmProgram

public struct FunctionSymbol: Equatable, Sendable {
  public let instance: InstanceIndex
  public let index: FunctionIndex
  /// What follows the index: the readable name with a dot before it, and what was appended.
  public let rest: [UInt8]

  /// The most characters of a name that its symbol has.
  private static let mostCharacters = 120

  /// What the symbols of an instance begin with.
  static func prefix(_ instance: InstanceIndex) -> String {
    instance.int == 0 ? "" : "i\(instance)."
  }

  /// The symbol of a function: readable, and safe for every assembler and linker.
  static func text(prefix: String, _ index: FunctionIndex, name: String?) -> String {
    var safe = "\(prefix)f\(index)"
    guard let name, !name.isEmpty else { return safe }
    safe += "."
    for scalar in name.unicodeScalars.prefix(mostCharacters) {
      let isSafe =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      safe.unicodeScalars.append(isSafe || scalar == "." ? scalar : "_")
    }
    return safe
  }

  /// nil if the symbol is not that of a function of a program.
  /// - Parameter symbol: A symbol of an executable's object.
  public init?(_ symbol: ArraySlice<UInt8>) {
    var symbol = symbol
    let instance = Self.takeNumber(after: UInt8(ascii: "i"), from: &symbol)
    if instance != nil, symbol.popFirst() != UInt8(ascii: ".") { return nil }
    guard let index = Self.takeNumber(after: UInt8(ascii: "f"), from: &symbol),
      symbol.first == nil || symbol.first == UInt8(ascii: ".")
    else { return nil }
    self.instance = InstanceIndex(instance ?? 0)
    self.index = FunctionIndex(index)
    rest = Array(symbol)
  }

  /// Takes the letter and the digits after it from the beginning. nil, and nothing is taken, if they are not there.
  private static func takeNumber(after letter: UInt8, from symbol: inout ArraySlice<UInt8>)
    -> UInt32?
  {
    guard symbol.first == letter else { return nil }
    let digits = symbol.dropFirst().prefix { (0x30...0x39).contains($0) }
    guard let number = UInt32(String(decoding: digits, as: UTF8.self)) else { return nil }
    symbol = symbol.dropFirst(1 + digits.count)
    return number
  }

  /// What was appended to the symbol of a function with this name.
  public func appended(toName name: String?) -> ArraySlice<UInt8> {
    guard let name, !name.isEmpty else { return rest[...] }
    return rest.dropFirst(1 + name.unicodeScalars.prefix(Self.mostCharacters).count)
  }
}
