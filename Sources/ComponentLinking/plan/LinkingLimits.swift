// Every limit of linking components, in one place. A component beyond one of them is refused with an error of kind `limit`.

enum LinkingLimits {
  /// Of all adapters of a program.
  static let adapterBytes = 64 << 20
  /// Components that are instantiated, the same one again included. A small file can otherwise describe a number that is
  /// exponential in its nesting.
  static let componentInstances = 10_000
  /// Core modules that are instantiated. Adapters do not count.
  static let coreInstances = 10_000
}
