// Every limit of linking components, in one place. A component beyond one of them is refused with an error of kind
// `limit`. A small file can instantiate a component many times, and that component can instantiate others many times.
// So the work, and the program that the file describes, can be exponential in the nesting.

import WasmModule

enum LinkingLimits {
  /// The bytes of one adapter.
  static let adapterBytes = 4 << 20

  /// The bytes of all adapters of a program together. They are compiled, too, and a larger file may cost more to
  /// compile.
  static func allAdapterBytes(fileBytes: Int) -> Int { (2 << 20) + 8 * fileBytes }

  /// Instantiations of components. The same component may be instantiated many times.
  static let componentInstances = 10_000
  /// Instantiations of core modules. Adapters do not count.
  static let coreInstances = 10_000
  /// What core modules cost (`cost`), counted from the second instantiation on: each instance has its own code and
  /// data.
  static func repeatedBytes(fileBytes: Int) -> Int { (4 << 20) + 16 * fileBytes }

  /// What one more instance of a module costs the compiler, in bytes of code that take as long. The weights are measured:
  /// a function takes about 90 us besides its code, a global 15 us.
  static func cost(ofInstance module: Module) -> Int {
    let bodies = module.functions.defined.compactMap { $0.body?.range }
    let code = bodies.reduce(0) { $0 + $1.count }
    let data = module.data.reduce(0) { $0 + $1.range.count }
    let elements = module.elements.reduce(0) { $0 + $1.items.count }
    let items =
      bodies.count + module.globals.count + module.data.count + module.elements.count
      + module.tables.count + module.memories.count
    return code + data + 8 * elements + 64 * items + 16
      * (module.exports.count + module.imports.count)
  }

  /// Definitions, exports, arguments and imports that are resolved, over all instances.
  static let steps = 2_000_000
}
