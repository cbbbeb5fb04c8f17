// Every limit of linking components, in one place. A component beyond one of them is refused with an error of kind
// `limit`. A small file can instantiate a component many times, and that component can instantiate others many times.
// So the work, and the program that the file describes, can be exponential in the nesting.

enum LinkingLimits {
  /// The bytes of one adapter.
  static let adapterBytes = 4 << 20

  /// The bytes of all adapters of a program together. They are compiled, too, and a larger file may cost more to
  /// compile.
  static func allAdapterBytes(fileBytes: Int) -> Int { adapterBytes + 16 * fileBytes }

  /// Instantiations of components. The same component may be instantiated many times.
  static let componentInstances = 10_000
  /// Instantiations of core modules. Adapters do not count.
  static let coreInstances = 10_000
  /// The code of core modules, counted from the second instantiation on: each instance has its own code.
  static func repeatedCodeBytes(fileBytes: Int) -> Int { (16 << 20) + 16 * fileBytes }

  /// Definitions, exports, arguments and imports that are resolved, over all instances.
  static let steps = 2_000_000
}
