// "Did you mean …": the name that a person probably meant. The rule is the runtime's (policy_values.c).

import CSwasmABI

/// The first of `names` that is the same as `name` but for a stretch of at most two characters; nil if there is none.
package func nearestName(to name: String, among names: some Sequence<String>) -> String? {
  var name = name
  return name.withUTF8 { wanted in
    names.first { candidate in
      guard wanted.count > 2, candidate.utf8.count > 2 else { return false }
      var candidate = candidate
      return candidate.withUTF8 { isNear(wanted, $0) }
    }
  }
}

private func isNear(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
  a.withMemoryRebound(to: CChar.self) { a in
    b.withMemoryRebound(to: CChar.self) { b in
      swasm_policy_is_near(a.baseAddress, a.count, b.baseAddress, b.count)
    }
  }
}
