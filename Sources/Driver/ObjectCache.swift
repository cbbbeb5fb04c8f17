// Objects of partitions in the compile cache. A large program that was changed in one place compiles only the
// partitions that the change concerns. The key has everything that decides the bytes of an object: the lowered code, its
// description for the isolation check, how it is optimised and checked, the processor, the compiler, and LLVM.

import CompileCache
import GuestOptimizer
import LLVMKit
import Lowering
import System
import Targets

/// The objects that one compilation takes from the compile cache and stores there. Its threads share it.
final class ObjectCache: Sendable {
  private let cache: CompileCache
  /// The part of the keys that does not depend on the partition.
  private let common: CacheKey

  /// nil when there is no cache, or when it must not be used.
  init?(
    _ place: CompileConditions.ObjectCachePlace, for processor: Processor
  ) {
    let path: HostString? = if case .directory(let path) = place { path } else { nil }
    guard let limit = path == nil ? cacheLimit(warns: false) : .max, limit > 0,
      let cache = try? CompileCache.open(path: path, limitBytes: limit),
      let common = Self.commonKey(processor)
    else { return nil }
    self.cache = cache
    self.common = common
  }

  /// nil when the files of the compiler cannot be identified.
  private static func commonKey(_ processor: Processor) -> CacheKey? {
    var key = CacheKeyBuilder(purpose: "swasmc object 1")
    key.add(text: swasmcVersion)
    key.add(value: processor)
    for tool in ["/proc/self/exe"] + ToolFiles.loadedLLVM {
      key.add(bytes: tool.bytes)
      guard key.add(file: tool) else { return nil }
    }
    return key.finish()
  }

  func key(
    of module: borrowing LLVMModule, _ description: IsolationDescription, _ partition: Partition,
    _ optimizer: GuestOptimizer
  ) -> CacheKey {
    var key = CacheKeyBuilder(purpose: "swasmc partition 1")
    key.add(common)
    key.add(value: optimizer)
    key.add(text: partition.treatment.rawValue)
    key.add(value: partition.hasDescriptor)
    key.add(bytes: description.encoded)
    key.add(bytes: module.bitcode().bytes)
    return key.finish()
  }

  func object(_ key: CacheKey) -> [UInt8]? { cache.object(key) }

  /// An object that cannot be stored is compiled again next time.
  func store(_ object: [UInt8], _ key: CacheKey) { try? cache.store(object: object, key) }
}
