// `swasmc compile`: a file in, a file out.

/// Compiles the module at `inputPath` ("-": standard input) and writes the result to `outputPath` ("-":
/// standard output). On an error the output is as it was.
public func compileFile(
  _ inputPath: HostString, to outputPath: HostString, _ options: CompileOptions
) throws(DriverError) {
  let input = try InputFile.read(path: inputPath)
  let output = try OutputFile(path: outputPath, input: inputPath)
  let result = try compile(input, options)
  CrashReporter.enter("writing the output")
  try output.write(result, executable: options.emit == .exe)
}

/// The input's name with another ending; "a.out" for the standard input, as compilers have it.
public func defaultOutputPath(input: HostString, emit: Emit) -> HostString {
  if input == "-" { return "a.out" }
  let stem = input.hasSuffix(".wasm") ? input.dropLast(5) : input
  if stem.isEmpty || stem.hasSuffix("/") { return "\(stem)a.out" }
  // Without the ending there is nothing to leave out.
  return stem == input && emit == .exe ? "\(input).out" : "\(stem)\(emit.fileExtension)"
}
