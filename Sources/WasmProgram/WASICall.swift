// The calls of WASI that the runtime has, by name. Of the Swift files, only this one reads the runtime's tables of
// preview 1 and of swasm_net.

import CSwasmABI
import WasmModule

/// A row of wasi_p1.def, of wasi_unstable.def or of swasm_net.def.
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
  public init?(name: Name) {
    guard let call = Self.table["wasi_snapshot_preview1"]?[name] else { return nil }
    self = call
  }

  /// The call that an import of our own modules names: one of preview 1, or one of `swasm_net`, which modules of a
  /// program may not import.
  public init?(ofOurs item: Import) {
    guard let call = item.module == "swasm_net" ? Self.net[item.name] : WASICall(item) else {
      return nil
    }
    self = call
  }

  private static let net: [Name: WASICall] = {
    var calls: [Name: WASICall] = [:]
    for position in 0..<swasm_net_call_count {
      let row = swasm_net_call_at(position).pointee
      calls[Name(String(cString: row.name))] = WASICall(row, symbolPrefix: "swasm_net_")
    }
    return calls
  }()

  /// The calls, by the name of the module and of the call.
  private static let table: [Name: [Name: WASICall]] = {
    var preview1: [Name: WASICall] = [:]
    for position in 0..<swasm_wasi_call_count {
      let row = swasm_wasi_call_at(position).pointee
      preview1[Name(String(cString: row.name))] = WASICall(row, symbolPrefix: "swasm_wasi_")
    }
    var unstable = preview1
    for position in 0..<swasm_wasi0_call_count {
      let row = swasm_wasi0_call_at(position).pointee
      unstable[Name(String(cString: row.name))] = WASICall(row, symbolPrefix: "swasm_wasi0_")
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

extension Program {
  /// The runtime's functions for the WASI calls that the program can make, each once.
  public var wasiCalls: [String] {
    var symbols: Set<String> = []
    for instance in instances {
      for (index, provider) in instance.functions.enumerated() where instance.isUsed[index] {
        if case .wasi(let call) = provider { symbols.insert(call.symbol) }
      }
    }
    return symbols.sorted()
  }
}
