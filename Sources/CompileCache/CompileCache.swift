// The cache as the compiler uses it. The work is done in C (CCompileCache), because the launcher shares it.
//
// Nothing here fails a compilation: what cannot be used is compiled, and what cannot be stored is not.

import CCompileCache
import Glibc
import System

public struct CompileCache: ~Copyable {
  let directory: FileDescriptor
  /// The most bytes that all entries together may have.
  let limitBytes: UInt64

  /// A finished product, checked and open for reading.
  public struct Product: ~Copyable {
    package let file: FileDescriptor
    let byteCount: Int
  }

  /// Opens the cache and makes its directory if there is none.
  /// - Returns: nil when no variable says where it is, or when it cannot be made.
  /// - Throws: Why it must not be used.
  public static func open(limitBytes: UInt64) throws(CacheRefusal) -> CompileCache? {
    guard let path = CacheDirectory.path else { return nil }
    _ = path.withCString { swasmc_cache_create($0) }
    guard let directory = try CacheDirectory.open(path) else { return nil }
    return CompileCache(directory: directory, limitBytes: limitBytes)
  }

  /// The product of this key. One that is broken is removed.
  public func product(_ key: CacheKey) -> Product? {
    var raw = key.raw
    var entry = swasmc_entry()
    let code = swasmc_entry_open(directory.raw, SWASMC_ENTRY_PRODUCT, &raw, nil, 0, &entry)
    guard code == 0 else {
      if code == -EBADMSG { swasmc_entry_remove(directory.raw, SWASMC_ENTRY_PRODUCT, &raw) }
      return nil
    }
    swasmc_entry_touch(&entry, SWASMC_ENTRY_PRODUCT)
    return Product(file: FileDescriptor(owning: entry.file), byteCount: Int(entry.count))
  }

  /// An error is one of the disk or of its space, and changes nothing.
  package func store(_ product: [UInt8], _ key: CacheKey) throws(Errno) {
    var raw = key.raw
    let code = product.withUnsafeBytes {
      swasmc_entry_store(
        directory.raw, SWASMC_ENTRY_PRODUCT, &raw, $0.baseAddress, $0.count, limitBytes)
    }
    guard code == 0 else { throw Errno(code: -code) }
  }
}

extension CompileCache.Product {
  /// nil when they cannot be read.
  public func bytes() -> [UInt8]? {
    let bytes = try? file.readAll(expectedBytes: byteCount, limitBytes: Int.max - 1)
    guard let bytes, bytes.count >= byteCount else { return nil }
    return Array(bytes.prefix(byteCount))
  }
}

// MARK: Requests

/// The command line that asks for a product.
public struct CacheRequest: Sendable {
  /// How many of the process's arguments end with the module; the name of swasmc is not counted.
  let wordCount: Int

  public init(wordCount: Int) { self.wordCount = wordCount }

  /// - Parameter module: The hash of its bytes.
  func key(module: CacheKey) -> CacheKey? {
    var compiler = swasmc_identity()
    guard swasmc_identify("/proc/self/exe", &compiler) else { return nil }
    let words = UnsafePointer(CommandLine.unsafeArgv + 1)
    precondition(wordCount < CommandLine.argc)
    var request = swasmc_request(
      compiler: compiler, words: words, word_count: Int32(wordCount),
      environment: UnsafePointer(environ))
    var raw = module.raw
    var result = swasmc_key()
    swasmc_request_key(&request, &raw, &result)
    return CacheKey(result)
  }
}

extension CompileCache {
  /// From now on the launcher answers the request with this product, as long as `files` stay as they are.
  /// - Parameter countsAsHit: Whether the product was in the cache.
  package func remember(
    _ request: CacheRequest, module: CacheKey, product: CacheKey, files: [HostString],
    countsAsHit: Bool
  ) {
    guard var key = request.key(module: module)?.raw else { return }
    var product = product.raw
    var record = swasmc_record()
    swasmc_record_begin(&record, &product)
    for file in files {
      guard file.withCString({ swasmc_record_add(&record, $0) }) else { return }
    }
    _ = swasmc_record_store(directory.raw, &key, &record, countsAsHit, limitBytes)
  }
}
