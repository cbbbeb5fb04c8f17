// One compilation and its place in the cache. The key has everything that decides the bytes of the product: the module
// and its name, components plugged into it, all options but the conditions, the processor, the compiler, LLVM, the
// linker, the runtime, the module that implements WASI 0.2, the profiles, and the embedded directories.

import CompileCache
import Glibc
import Policy
import System

struct CachedCompilation: ~Copyable {
  private let cache: CompileCache
  private let input: InputFile
  private let options: CompileOptions
  private let module: CacheKey
  private let key: CacheKey

  /// nil when there is no cache, or a warning has said why it is not used. Also nil when this compilation cannot use
  /// it: it must tell about itself, or it lacks a file and will report that.
  static func open(_ input: InputFile, _ options: CompileOptions) -> CachedCompilation? {
    guard !options.conditions.mustCompile, let limit = cacheLimit(), limit > 0 else {
      return nil
    }
    do throws(CacheRefusal) {
      guard let cache = try CompileCache.open(limitBytes: limit) else { return nil }
      let module = CacheKey(of: input.bytes)
      guard let key = productKey(input, module, options) else { return nil }
      return CachedCompilation(
        cache: cache, input: input, options: options, module: module, key: key)
    } catch {
      warn(error.message)
      return nil
    }
  }

  /// - Parameter touches: Whether to note the use in the product. A request that is remembered notes it, too.
  func product(touches: Bool) -> CompileCache.Product? { cache.product(key, touches: touches) }

  /// Stores the product, unless something that decides its bytes has changed meanwhile.
  /// - Returns: Whether the cache has the product now.
  @discardableResult
  func store(_ product: [UInt8]) -> Bool {
    guard productKey(input, module, options) == key else { return false }
    do throws(Errno) {
      try cache.store(product, key)
      return true
    } catch {
      // ENOENT: somebody may have removed the whole directory.
      let unremarkable = [EFBIG, EROFS, EACCES, ENOENT]
      if !unremarkable.contains(error.code) {
        warn("the compile cache was not written: \(error.text)")
      }
      return false
    }
  }

  /// Lets the launcher answer this request, unless it names profiles, plugs, a layout or directories to embed. The
  /// launcher would not notice if these files changed.
  func remember(_ request: CacheRequest, countsAsHit: Bool) {
    guard options.profiles.isEmpty, options.embedded.isEmpty, input.isOneFile,
      let tools = ToolFiles(options)
    else { return }
    cache.remember(
      request, module: module, product: key, files: tools.paths, countsAsHit: countsAsHit)
  }
}

func warn(_ message: Message) {
  writeToStandardError("swasmc: warning: \(message)\n")
}

/// The most bytes that the cache may have; 0 switches it off. nil after a warning.
/// - Parameter warns: Whether to print the warning.
func cacheLimit(warns: Bool = true) -> UInt64? {
  guard let text = HostString.variable("SWASMC_CACHE_SIZE"), !text.isEmpty else { return 2 << 30 }
  if let size = text.text.flatMap({ ByteSize($0) }) { return size.bytes }
  guard warns else { return nil }
  warn("the compile cache is not used: SWASMC_CACHE_SIZE must be \(PolicyOption.maxMemory.says)")
  return nil
}

/// nil when a file is missing or cannot be read.
func productKey(_ input: InputFile, _ module: CacheKey, _ options: CompileOptions) -> CacheKey? {
  guard let tools = ToolFiles(options), let processor = try? options.processor() else { return nil }
  var key = CacheKeyBuilder(purpose: "swasmc product 1")
  key.add(text: swasmcVersion)
  key.add(module)
  key.add(bytes: input.baseName.bytes)
  // `module` is the key of the bytes of all files together, so the places where the plugs begin count, too. Messages of
  // traps name the files.
  for plug in input.parts.dropFirst() {
    key.add(bytes: plug.name.baseName.bytes)
    key.add(value: [plug.range.lowerBound, plug.range.upperBound])
  }
  var deciding = options
  deciding.conditions = CompileConditions()
  key.add(value: deciding)
  key.add(value: processor)
  for tool in ["/proc/self/exe"] + tools.paths {
    key.add(bytes: tool.bytes)
    guard key.add(file: tool) else { return nil }
  }
  for path in options.profiles {
    guard let profile = try? InputFile.readProfile(path: path) else { return nil }
    key.add(bytes: profile.bytes)
  }
  if !options.embedded.isEmpty {
    guard let tree = try? EmbeddedTree(reading: options.embedded) else { return nil }
    key.add(bytes: tree.encoded())
  }
  return key.finish()
}

/// The files, besides the compiler itself, whose code makes the product or is in it.
struct ToolFiles {
  let paths: [HostString]

  /// nil when the linker or the runtime is missing.
  init?(_ options: CompileOptions) {
    guard let output = try? Output(options.emit, for: options.target, from: .current()) else {
      return nil
    }
    var paths = Self.loadedLLVM
    switch output {
    case .executable(let linker, let runtime): paths += [linker.path, runtime]
    case .object(let linker): paths.append(linker.path)
    case .code: break
    }
    if let module = try? Installation.current().wasiModule() { paths.append(module) }
    self.paths = paths
  }

  /// The shared libraries of LLVM in this process. There is none if LLVM is part of the executable.
  static var loadedLLVM: [HostString] {
    guard let file = try? FileDescriptor.open("/proc/self/maps", O_RDONLY),
      let text = try? file.readAll(expectedBytes: 1 << 14, limitBytes: 1 << 24)
    else { return [] }
    var paths: [HostString] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
      let path = HostString(bytes: line[slash...])
      let name = path.split(at: "/").last ?? ""
      if name.hasPrefix("libLLVM"), paths.last != path { paths.append(path) }
    }
    return paths
  }
}
