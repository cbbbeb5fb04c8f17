// From a module's bytes to the bytes of an executable, in one direction.

/// The bytes of what `options.emit` asks for.
public func compile(_ input: InputFile, _ options: CompileOptions) throws(DriverError) -> [UInt8] {
  throw .missing("there is no code generation yet")
}
