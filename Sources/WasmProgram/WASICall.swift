// The calls of WASI that the runtime has, by name. Only this file reads the headers of the runtime's two tables.

import CSwasmABI
import WasmModule

/// A row of wasi_p1.def or of wasi_unstable.def.
public struct WASICall: Sendable {
  /// The runtime's function.
  public let symbol: String
  public let type: FunctionType

  /// The call that an import names; nil if WASI has no call of that name.
  public init?(_ item: Import) {
    guard let call = Self.table[item.module]?[item.name] else { return nil }
    self = call
  }

  /// A call of preview 1.
  public init?(name: String) {
    guard let call = Self.table["wasi_snapshot_preview1"]?[name] else { return nil }
    self = call
  }

  /// The calls, by the name of the module and of the call.
  private static let table: [String: [String: WASICall]] = {
    var preview1: [String: WASICall] = [:]
    for position in 0..<swasm_wasi_call_count {
      let row = swasm_wasi_call_at(position).pointee
      preview1[String(cString: row.name)] = WASICall(row, symbolPrefix: "swasm_wasi_")
    }
    var unstable = preview1
    for position in 0..<swasm_wasi0_call_count {
      let row = swasm_wasi0_call_at(position).pointee
      unstable[String(cString: row.name)] = WASICall(row, symbolPrefix: "swasm_wasi0_")
    }
    return ["wasi_snapshot_preview1": preview1, "wasi_unstable": unstable]
  }()

  private init(_ row: swasm_wasi_call, symbolPrefix: String) {
    symbol = symbolPrefix + String(cString: row.name)
    type = FunctionType(
      parameters: Self.types(String(cString: row.parameters)),
      results: Self.types(String(cString: row.results)))
  }

  private static func types(_ signature: String) -> [ValueType] {
    signature.map { $0 == "I" ? .i64 : .i32 }
  }
}
