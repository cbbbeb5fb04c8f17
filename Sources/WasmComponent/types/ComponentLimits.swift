// Every limit of decoding and validating components, in one place. Beyond one of them a component is refused with an
// error of kind `limit`. The counts are those of other engines. The depths and the work keep a small file that
// describes something huge from taking time or memory.

enum ComponentLimits {
  static let fileBytes = 1 << 30
  static let definitions = 1_000_000
  /// Components, component types and instance types inside one another.
  static let nesting = 50
  /// Types inside one another, where each refers to the next by its index. A walk over a type is recursive.
  static let typeDepth = 100

  static let types = 1_000_000
  static let coreModules = 1_000
  static let components = 1_000
  /// Instances, core and not.
  static let instances = 1_000
  /// Functions, core and not.
  static let functions = 1_000_000
  /// Tables, memories, globals and tags: each of these spaces.
  static let coreItems = 1_000_000
  static let imports = 1_000_000
  static let exports = 1_000_000
  static let moduleTypeDeclarations = 100_000
  static let typeDeclarations = 100_000
  static let recordFields = 10_000
  static let variantCases = 10_000
  static let tupleTypes = 10_000
  static let flags = 1_000
  static let enumCases = 10_000
  static let parameters = 1_000
  static let instanceExports = 100_000
  static let instanceArguments = 100_000
  static let canonicalOptions = 10
  static let nameAttributes = 10

  /// The size of a type if all that it refers to were written out: one for each type and each name in it.
  static let typeSize = 1_000_000
  /// All parts of types that validation may make, substitution included.
  static let typeParts = 2_000_000
  /// Steps in comparing types, over the whole file.
  static let comparisons = 20_000_000

  /// An element in a linear memory of 64 bits has fewer bytes than this. Spec: CanonicalABI.md, Element Size.
  static let elementBytes: UInt64 = 1 << 28
}
