// `swasmc compile`: a file in, a file out.

import System

/// Compiles the module at `inputPath` ("-": standard input) and writes the result to `outputPath` ("-":
/// standard output). After an error, an output that is a regular file is as it was.
/// - Parameters:
///   - plugs: Components whose exports satisfy imports of the component at `inputPath`.
///   - usesCache: Whether the result is taken from the compile cache, and stored there.
public func compileFile(
  _ inputPath: HostString, plugs: [HostString] = [], to outputPath: HostString,
  _ options: CompileOptions, usesCache: Bool
) throws(DriverError) {
  let input = try InputFile.read(path: inputPath, plugs: plugs)
  let canInitialiserWrite = options.preinit?.directories.contains { !$0.readOnly } ?? false
  let output = try OutputFile(
    path: outputPath, input: inputPath, followsLinks: !canInitialiserWrite)
  let result =
    usesCache ? try compileCached(input, options) : try compile(input, options)
  CrashReporter.enter("writing the output")
  try output.write(result, executable: options.emit == .exe)
}

private func compileCached(_ input: InputFile, _ options: CompileOptions) throws(DriverError)
  -> [UInt8]
{
  var options = options
  options.conditions.objectCache = .users
  guard let cached = CachedCompilation.open(input, options) else {
    return try compile(input, options)
  }
  if let bytes = cached.product(touches: true)?.bytes() { return bytes }
  let result = try compile(input, options)
  cached.store(result)
  return result
}

/// The input's name with another ending; "a.out" for the standard input.
public func defaultOutputPath(input: HostString, emit: Emit) -> HostString {
  if input == "-" { return "a.out" }
  var input = input
  // A layout is a directory, or an archive.
  while input.hasSuffix("/"), input != "/" { input = input.dropLast(1) }
  let stem =
    if input.hasSuffix(".wasm") {
      input.dropLast(5)
    } else {
      input.hasSuffix(".tar") ? input.dropLast(4) : input
    }
  if stem.isEmpty || stem.hasSuffix("/") { return "\(stem)a.out" }
  // The executable must not replace an input whose name has no such ending.
  return stem == input && emit == .exe ? "\(input).out" : "\(stem)\(emit.fileExtension)"
}
