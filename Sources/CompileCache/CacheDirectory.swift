// The cache's directory: where it is, whether it can be trusted, and what it holds.

import CCompileCache
import Glibc
import System

/// Why a directory must not be used: somebody else could have put an executable there.
public struct CacheRefusal: Error, Sendable {
  public let message: Message
}

/// The directory of a compile cache. It need not exist.
public struct CacheDirectory: Sendable {
  public let path: HostString

  /// The numbers of entries, their bytes, and how often requests were answered.
  public struct Contents: Sendable {
    public let products, requests, objects, bytes, hits: UInt64
  }

  /// - Parameter path: nil for the directory that the variables of the process name.
  public init?(path: HostString?) {
    guard let path = path ?? Self.path else { return nil }
    self.path = path
  }

  static var path: HostString? {
    var buffer = [CChar](repeating: 0, count: Int(SWASMC_CACHE_PATH_BYTES))
    guard swasmc_cache_path(UnsafePointer(environ), &buffer) else { return nil }
    return HostString(cString: buffer)
  }

  /// nil when there is no directory, or when it cannot be opened.
  static func open(_ path: HostString) throws(CacheRefusal) -> FileDescriptor? {
    let opening = path.withCString { swasmc_cache_open($0) }
    let why: Message
    switch opening.state {
    case SWASMC_CACHE_OPEN: return FileDescriptor(owning: opening.directory)
    case SWASMC_CACHE_ABSENT: return nil
    case SWASMC_CACHE_IS_NO_DIRECTORY: why = "it is a symbolic link or not a directory"
    case SWASMC_CACHE_OF_ANOTHER_USER: why = "belongs to another user"
    default: why = "can be written to by other users"
    }
    let blamed = ancestor(of: path, levelsUp: Int(opening.levels_up))
    throw CacheRefusal(
      message: opening.state == SWASMC_CACHE_IS_NO_DIRECTORY
        ? "the compile cache \(path) is not used: \(why)"
        : "the compile cache \(path) is not used: \(blamed) \(why)")
  }

  /// The name in messages: "it" for the cache's own directory, the real path for a directory above.
  private static func ancestor(of path: HostString, levelsUp: Int) -> Message {
    guard levelsUp > 0 else { return "it" }
    let up = String(repeating: "/..", count: levelsUp)
    let real = ("\(path)\(up)" as HostString).withCString { realpath($0, nil) }
    guard let real else { return "a directory above it" }
    defer { free(real) }
    return "\(HostString(cString: real))"
  }

  /// What the cache holds; all zero if there is no directory. Throws why the directory must not be used.
  public func contents() throws(CacheRefusal) -> Contents {
    var counted = swasmc_cache_contents()
    if let directory = try Self.open(path) { swasmc_cache_count(directory.raw, &counted) }
    return Contents(
      products: counted.products, requests: counted.requests, objects: counted.objects,
      bytes: counted.bytes, hits: counted.hits)
  }

  /// Removes all entries. Programs that are running go on.
  public func clear() throws(CacheRefusal) {
    if let directory = try Self.open(path) { swasmc_cache_make_room(directory.raw, 0) }
  }
}
