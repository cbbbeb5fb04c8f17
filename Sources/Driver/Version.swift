/// The version of the compiler and of the runtime that it links.
public let swasmcVersion = "0.1.0"
