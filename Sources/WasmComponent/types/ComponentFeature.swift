// Features that are decoded and validated, and of which later steps implement only some.

/// A feature that is valid in a component, but that later steps may lack.
public enum ComponentFeature: UInt8, Sendable, Hashable, CaseIterable {
  case asynchronousFunctions, streams, futures, errorContexts, tasks, waitables, threads
  case fixedLengthLists, maps

  /// In the plural, as in "uses streams, which are not supported yet".
  public var name: String {
    switch self {
    case .asynchronousFunctions: "asynchronous functions"
    case .streams: "streams"
    case .futures: "futures"
    case .errorContexts: "error contexts"
    case .tasks: "built-in functions for tasks"
    case .waitables: "waitable sets"
    case .threads: "built-in functions for threads"
    case .fixedLengthLists: "lists of fixed length"
    case .maps: "maps"
    }
  }
}

/// The first use of a feature in a file.
public struct ComponentFeatureUse: Sendable, Hashable {
  public let feature: ComponentFeature
  /// Bytes from the start of the file.
  public let offset: Int

  /// What a user reads.
  public var message: String { "uses \(feature.name), which are not supported yet" }
}
