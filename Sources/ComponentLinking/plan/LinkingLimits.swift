// Every limit of linking components, in one place. A component beyond one of them is refused with an error of kind
// `limit`. A small file can instantiate a component again and again, and that one others, so the work and the program
// that it describes can be exponential in its nesting.

enum LinkingLimits {
  /// Of one adapter.
  static let adapterBytes = 4 << 20

  /// Of all adapters of a program. It is what compiling a program costs at most, so it grows with the file.
  static func allAdapterBytes(fileBytes: Int) -> Int { adapterBytes + 16 * fileBytes }

  /// Components that are instantiated, the same one again included.
  static let componentInstances = 10_000
  /// Core modules that are instantiated. Adapters do not count.
  static let coreInstances = 10_000
  /// The code of core modules that are instantiated again, each time counted. Each instance has code of its own.
  static func repeatedCodeBytes(fileBytes: Int) -> Int { (16 << 20) + 16 * fileBytes }

  /// Definitions, exports, arguments and imports that are resolved, over all instances.
  static let steps = 2_000_000
}
