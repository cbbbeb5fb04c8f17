// The cache as the compiler uses it. The work is done in C (CCompileCache), because the launcher shares that code.
//
// No failure here makes a compilation fail. A product that cannot be taken from the cache is compiled, and a product
// that cannot be stored is not stored.

import CCompileCache
import Glibc
import System

/// An open compile cache.
public struct CompileCache: ~Copyable, Sendable {
  let directory: FileDescriptor
  /// The most bytes that all entries together may have.
  let limitBytes: UInt64

  /// The contents of an entry, checked and open for reading.
  public struct Product: ~Copyable {
    package let file: FileDescriptor
    let byteCount: Int
  }

  /// Opens the cache and makes its directory if there is none.
  /// - Parameters:
  ///   - path: The directory; nil: the one that the variables of the process name.
  ///   - limitBytes: The most bytes that all entries together may have.
  /// - Returns: nil when no variable says where it is, or when it cannot be made or opened.
  /// - Throws: Why the cache must not be used.
  public static func open(path: HostString? = nil, limitBytes: UInt64) throws(CacheRefusal)
    -> CompileCache?
  {
    guard let path = path ?? CacheDirectory.path else { return nil }
    _ = path.withCString { swasmc_cache_create($0) }
    guard let directory = try CacheDirectory.open(path) else { return nil }
    return CompileCache(directory: directory, limitBytes: limitBytes)
  }

  /// The product of this key. One that is broken is removed.
  /// - Parameter touches: Whether to note the use in the product, because no request will note it.
  public func product(_ key: CacheKey, touches: Bool) -> Product? {
    entry(SWASMC_ENTRY_PRODUCT, key, touches: touches)
  }

  /// Throws if the product is larger than a limit, or if it cannot be written. Then the product is not stored.
  package func store(_ product: [UInt8], _ key: CacheKey) throws(Errno) {
    try store(SWASMC_ENTRY_PRODUCT, product, key)
  }

  /// The object of this key; nil if there is none. One that is broken is removed.
  package func object(_ key: CacheKey) -> [UInt8]? {
    entry(SWASMC_ENTRY_OBJECT, key, touches: true)?.bytes()
  }

  /// Throws as `store` does.
  package func store(object: [UInt8], _ key: CacheKey) throws(Errno) {
    try store(SWASMC_ENTRY_OBJECT, object, key)
  }

  private func entry(_ kind: swasmc_entry_kind, _ key: CacheKey, touches: Bool) -> Product? {
    var raw = key.raw
    var entry = swasmc_entry()
    let code = swasmc_entry_open(directory.raw, kind, &raw, nil, 0, &entry)
    guard code == 0 else {
      if code == -EBADMSG { swasmc_entry_remove(directory.raw, kind, &raw) }
      return nil
    }
    if touches { swasmc_entry_touch(&entry) }
    return Product(file: FileDescriptor(owning: entry.file), byteCount: Int(entry.count))
  }

  private func store(_ kind: swasmc_entry_kind, _ contents: [UInt8], _ key: CacheKey) throws(Errno)
  {
    var raw = key.raw
    let code = contents.withUnsafeBytes {
      swasmc_entry_store(directory.raw, kind, &raw, $0.baseAddress, $0.count, limitBytes)
    }
    guard code == 0 else { throw Errno(code: -code) }
  }
}

extension CompileCache.Product {
  /// The contents; nil when they cannot be read.
  public func bytes() -> [UInt8]? {
    let bytes = try? file.readAll(expectedBytes: byteCount, limitBytes: Int.max - 1)
    guard let bytes, bytes.count >= byteCount else { return nil }
    return Array(bytes.prefix(byteCount))
  }
}

// MARK: Requests

/// The command line that asks for a product.
public struct CacheRequest: Sendable {
  /// The number of arguments after the name of swasmc, up to and including the module.
  let wordCount: Int

  public init(wordCount: Int) { self.wordCount = wordCount }
}

extension CompileCache {
  /// From now on the launcher answers the request with this product, as long as `files` do not change.
  /// - Parameters:
  ///   - module: The hash of its contents.
  ///   - countsAsHit: Whether the product was in the cache.
  package func remember(
    _ request: CacheRequest, module: CacheKey, product: CacheKey, files: [HostString],
    countsAsHit: Bool
  ) {
    var compiler = swasmc_identity()
    guard request.wordCount < CommandLine.argc, swasmc_identify("/proc/self/exe", &compiler) else {
      return
    }
    let words = CommandLine.unsafeArgv + 1
    var raw = swasmc_request(
      compiler: compiler, words: UnsafePointer(words), word_count: Int32(request.wordCount),
      environment: UnsafePointer(environ))
    var (module, product) = (module.raw, product.raw)
    _ = withCStrings(files) { paths in
      paths.withMemoryRebound(to: UnsafePointer<CChar>?.self, capacity: files.count + 1) {
        swasmc_request_store(
          directory.raw, &raw, words[request.wordCount - 1], &module, &product, $0, countsAsHit,
          limitBytes)
      }
    }
  }
}
