// Limits of decoding and validating modules. A module that exceeds one is refused with an error of kind `limit`. Like
// the limits of other engines, they are far above what compilers need.

enum ImplementationLimits {
  static let moduleBytes = 1 << 30
  static let types = 1_000_000
  static let parameters = 1_000
  static let results = 1_000
  static let imports = 1_000_000
  static let functions = 1_000_000
  static let tables = 100
  static let memories = 100
  static let globals = 1_000_000
  static let tags = 1_000_000
  static let exports = 1_000_000
  static let elementSegments = 100_000
  static let elementItems = 10_000_000
  static let dataSegments = 100_000
  static let functionBytes = 7_654_321
  /// Locals of a function, with its parameters.
  static let locals = 50_000
  static let branchTableTargets = 1_000_000
  static let catchClauses = 10_000
  static let nameBytes = 100_000
}
