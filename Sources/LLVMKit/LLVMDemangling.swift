// Names of functions as people write them.

import CCodeGeneration
import Glibc

/// A name in Rust's v0 scheme as people write it; nil if it is not such a name. The time and the length of the result
/// can double with each of the name's references to itself.
public func demangledRust(_ name: String) -> String? {
  guard let text = swasm_demangle_rust(name) else { return nil }
  defer { free(text) }
  return String(cString: text)
}
