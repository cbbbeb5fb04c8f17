// Names of imports and exports by their grammar. Spec: Explainer.md, Import and Export Definitions.

/// What a name of an import or export says.
public enum ParsedName: Sendable, Hashable {
  /// A label such as `run`.
  case plain(String)
  case constructor(resource: String)
  case method(resource: String, name: String)
  case staticFunction(resource: String, name: String)
  case interface(InterfaceName)
}

/// `namespace:package/interface@version`.
public struct InterfaceName: Sendable, Hashable {
  public let namespace: String
  public let package: String
  public let interface: String
  public let version: SemanticVersion?
}

/// A version as semver.org defines it.
public struct SemanticVersion: Sendable, Hashable {
  public let major: UInt64
  public let minor: UInt64
  public let patch: UInt64
  /// What follows `-`; nil: nothing does.
  public let prerelease: String?
  /// What follows `+`; nil: nothing does.
  public let build: String?
}

/// Why a name does not follow the grammar.
struct NameProblem: Error {
  let text: String
  /// The name is one of an earlier version of the component model, which is known and refused.
  var isFormer = false
}

extension ParsedName {
  init(_ name: ExternName) throws(NameProblem) {
    try self.init(name.text, versionSuffix: name.versionSuffix)
  }

  init(_ text: String, versionSuffix: String? = nil) throws(NameProblem) {
    for form in Self.formerForms where text.utf8.starts(with: form.utf8) {
      throw NameProblem(text: "has the form \(form)<…>", isFormer: true)
    }
    if text.utf8.contains(UInt8(ascii: ":")) {
      self = .interface(try InterfaceName(text, versionSuffix: versionSuffix))
      return
    }
    if versionSuffix != nil { throw NameProblem(text: "has a version suffix and no version") }
    if let rest = text.rest(after: "[constructor]") {
      self = .constructor(resource: try rest.label())
    } else if let rest = text.rest(after: "[method]") {
      let (resource, name) = try rest.members()
      self = .method(resource: resource, name: name)
    } else if let rest = text.rest(after: "[static]") {
      let (resource, name) = try rest.members()
      self = .staticFunction(resource: resource, name: name)
    } else {
      self = .plain(try text[...].label())
    }
  }

  /// Names of dependencies by package, address or digest.
  private static let formerForms = [
    "locked-dep=", "unlocked-dep=", "url=", "relative-url=", "integrity=",
  ]
}

extension InterfaceName {
  init(_ text: String, versionSuffix: String? = nil) throws(NameProblem) {
    let (path, versionText) = text[...].split(at: "@")
    let (namespace, packagePath) = path.split(at: ":")
    guard let packagePath else { throw NameProblem(text: "has no `:` after a namespace") }
    let (package, interface) = packagePath.split(at: "/")
    guard let interface else { throw NameProblem(text: "has no `/` after the name of a package") }
    self.namespace = try namespace.lowercaseLabel()
    self.package = try package.lowercaseLabel()
    self.interface = try interface.label()
    if let versionText {
      version = try SemanticVersion(String(versionText) + (versionSuffix ?? ""))
    } else if versionSuffix != nil {
      throw NameProblem(text: "has a version suffix and no version")
    } else {
      version = nil
    }
  }
}

extension SemanticVersion {
  init(_ text: String) throws(NameProblem) {
    let (withoutBuild, build) = text[...].split(at: "+")
    let (numbers, prerelease) = withoutBuild.split(at: "-")
    let (major, afterMajor) = numbers.split(at: ".")
    let (minor, patch) = (afterMajor ?? "").split(at: ".")
    self.major = try major.versionNumber()
    self.minor = try minor.versionNumber()
    self.patch = try (patch ?? "").versionNumber()
    if let prerelease { try prerelease.checkIdentifiers(allowsLeadingZeros: false) }
    if let build { try build.checkIdentifiers(allowsLeadingZeros: true) }
    self.prerelease = prerelease.map(String.init)
    self.build = build.map(String.init)
  }
}

extension String {
  fileprivate func rest(after prefix: String) -> Substring? {
    utf8.starts(with: prefix.utf8) ? Substring(utf8.dropFirst(prefix.utf8.count)) : nil
  }

  /// Throws unless the text is a label, as names inside types must be.
  func checkLabel() throws(NameProblem) { _ = try self[...].label() }
}

extension Substring {
  /// The text before and after the first occurrence of a character.
  fileprivate func split(at separator: Unicode.Scalar) -> (Substring, Substring?) {
    guard let position = utf8.firstIndex(of: UInt8(ascii: separator)) else { return (self, nil) }
    return (self[..<position], self[utf8.index(after: position)...])
  }

  /// Words of letters and digits with `-` between them. Each word is in lower case or in upper case. The first one
  /// begins with a letter.
  fileprivate func label() throws(NameProblem) -> String {
    guard !isEmpty else { throw NameProblem(text: "has an empty label") }
    var isFirst = true
    for word in utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false) {
      var hasLower = false
      var hasUpper = false
      for byte in word {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): hasLower = true
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): hasUpper = true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): break
        default: throw notKebab
        }
      }
      if isFirst, let byte = word.first, byte <= UInt8(ascii: "9") { throw notKebab }
      if word.isEmpty || (hasLower && hasUpper) { throw notKebab }
      isFirst = false
    }
    return String(self)
  }

  private var notKebab: NameProblem {
    NameProblem(text: "has `\(self)`, which is not in kebab case")
  }

  fileprivate func lowercaseLabel() throws(NameProblem) -> String {
    let label = try label()
    for byte in utf8 where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
      throw NameProblem(text: "has upper case in a namespace or package")
    }
    return label
  }

  /// `resource.name`.
  fileprivate func members() throws(NameProblem) -> (String, String) {
    let (resource, name) = split(at: ".")
    guard let name else { throw NameProblem(text: "has no `.` between a resource and a function") }
    return (try resource.label(), try name.label())
  }

  fileprivate func versionNumber() throws(NameProblem) -> UInt64 {
    let digits = utf8
    let isNumber = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    guard isNumber, let number = UInt64(self), digits.count == 1 || digits.first != 0x30 else {
      throw NameProblem(text: "has `\(self)` as a number of its version")
    }
    return number
  }

  fileprivate func checkIdentifiers(allowsLeadingZeros: Bool) throws(NameProblem) {
    for part in utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard !part.isEmpty else {
        throw NameProblem(text: "has an empty identifier segment in its version")
      }
      var isNumber = true
      for byte in part {
        switch byte {
        case 0x30...0x39: break
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "-"):
          isNumber = false
        default: throw NameProblem(text: "has an unexpected character in its version")
        }
      }
      if isNumber && !allowsLeadingZeros && part.count > 1 && part.first == 0x30 {
        throw NameProblem(text: "has a number with a leading zero in its version")
      }
    }
  }
}

/// The name of an import or export without the part of its version that does not decide about compatibility: `a:b/c@1`
/// for `a:b/c@1.2.3`, `a:b/c@0.2` for `a:b/c@0.2.6`. Items whose names agree in this may stand for one another, if
/// their types allow it. Spec: Explainer.md, Canonical Interface Name.
public struct CompatibleName: Sendable, Hashable {
  public let text: String

  public init(_ name: String) {
    guard let name = try? InterfaceName(name), let version = name.version,
      version.prerelease == nil
    else {
      text = name
      return
    }
    let track =
      switch (version.major, version.minor) {
      case (0, 0): "0.0.\(version.patch)"
      case (0, let minor): "0.\(minor)"
      case (let major, _): "\(major)"
      }
    text = "\(name.namespace):\(name.package)/\(name.interface)@\(track)"
  }
}
