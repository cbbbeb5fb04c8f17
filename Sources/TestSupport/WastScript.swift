// The commands of a .wast file as `wasm-tools json-from-wast` and wabt's `wast2json` write them.
// This file has only their form. WastPlan.swift has their meaning.

import Foundation

/// A script as the converter writes it.
public struct WastScript: Decodable, Sendable {
  public let commands: [WastCommand]

  enum CodingKeys: String, CodingKey { case commands }

  public init(json: Data) throws {
    self = try JSONDecoder().decode(WastScript.self, from: json)
  }
}

/// A command of a script. Which fields it has depends on its kind.
public struct WastCommand: Decodable, Sendable {
  public enum Kind: String, Decodable, Sendable {
    case module
    case moduleDefinition = "module_definition"
    case moduleInstance = "module_instance"
    case register
    case action
    case assertReturn = "assert_return"
    case assertTrap = "assert_trap"
    case assertExhaustion = "assert_exhaustion"
    case assertException = "assert_exception"
    case assertInvalid = "assert_invalid"
    case assertMalformed = "assert_malformed"
    case assertUnlinkable = "assert_unlinkable"
    case assertUninstantiable = "assert_uninstantiable"
    case assertInvalidCustom = "assert_invalid_custom"
    case assertMalformedCustom = "assert_malformed_custom"
    case assertSuspension = "assert_suspension"
    case thread
    case wait

    /// Whether the command is one of the assertions that are counted.
    public var isAssertion: Bool { rawValue.hasPrefix("assert") }
  }

  public let type: Kind
  public let line: Int
  public let name: String?
  public let instance: String?
  public let module: String?
  public let filename: String?
  public let moduleType: String?
  /// The binary form of a text module, if the converter wrote one.
  public let binaryFilename: String?
  public let `as`: String?
  public let action: WastAction?
  public let expected: [WastValue]?
  public let text: String?

  enum CodingKeys: String, CodingKey {
    case type, line, name, instance, module, filename, `as`, action, expected, text
    case moduleType = "module_type"
    case binaryFilename = "binary_filename"
  }
}

/// A call of an export, or a read of an exported global.
public struct WastAction: Decodable, Sendable {
  public let type: String
  public let module: String?
  public let field: String
  public let args: [WastValue]?
}

/// An argument or an expected result. Numbers are decimal text; floats are their bits.
public struct WastValue: Decodable, Sendable {
  public let type: String
  public let laneType: String?
  /// One text, or one for each lane; nil for a reference without further conditions.
  public let texts: [String]?
  /// The values of `either`, one of which must match.
  public let alternatives: [WastValue]?

  enum CodingKeys: String, CodingKey {
    case type, value, values
    case laneType = "lane_type"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    type = try container.decode(String.self, forKey: .type)
    laneType = try container.decodeIfPresent(String.self, forKey: .laneType)
    if type == "either" {
      alternatives = try container.decode([WastValue].self, forKey: .values)
      texts = nil
      return
    }
    alternatives = nil
    if let one = try? container.decodeIfPresent(String.self, forKey: .value) {
      texts = [one]
    } else {
      texts = try container.decodeIfPresent([String].self, forKey: .value)
    }
  }
}
