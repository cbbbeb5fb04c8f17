// A value of a component's type, as a host knows it.

public indirect enum ComponentValue: Sendable, Equatable {
  case bool(Bool)
  /// A number of any signed type.
  case signed(Int64)
  case unsigned(UInt64)
  /// The bits of an f32 or f64.
  case f32(bits: UInt32)
  case f64(bits: UInt64)
  case char(Unicode.Scalar)
  case string(String)
  case list([ComponentValue])
  case record([Field])
  case tuple([ComponentValue])
  /// Also a case of an enumeration.
  case variant(String, ComponentValue?)
  case option(ComponentValue?)
  case result(isOK: Bool, ComponentValue?)
  case flags([String])

  public struct Field: Sendable, Equatable {
    public let name: String
    public let value: ComponentValue

    public init(name: String, value: ComponentValue) {
      self.name = name
      self.value = value
    }
  }
}
