// `swasmc compile`: a file in, a file out.

import System

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

/// The input's name with another ending; "a.out" for the standard input.
public func defaultOutputPath(input: HostString, emit: Emit) -> HostString {
  if input == "-" { return "a.out" }
  let stem = input.hasSuffix(".wasm") ? input.dropLast(5) : input
  if stem.isEmpty || stem.hasSuffix("/") { return "\(stem)a.out" }
  // Without ".wasm" the executable would have the module's name.
  return stem == input && emit == .exe ? "\(input).out" : "\(stem)\(emit.fileExtension)"
}
