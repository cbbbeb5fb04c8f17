// The kinds of errors, as runtime-c/abi/errors.def has them: a code that a message shows, what it means, and what to do.

import CSwasmABI
import System
import WasmModule

/// A kind of error. Its code never changes its meaning.
public struct ErrorCode: Sendable, Equatable {
  let number: UInt32

  public static let commandLine = ErrorCode(SWASM_ERROR_COMMAND_LINE)
  public static let malformed = ErrorCode(SWASM_ERROR_MALFORMED)
  public static let invalid = ErrorCode(SWASM_ERROR_INVALID)
  public static let unsupported = ErrorCode(SWASM_ERROR_UNSUPPORTED)
  public static let limit = ErrorCode(SWASM_ERROR_LIMIT)
  public static let noModule = ErrorCode(SWASM_ERROR_NO_MODULE)
  public static let layout = ErrorCode(SWASM_ERROR_LAYOUT)
  public static let reading = ErrorCode(SWASM_ERROR_READING)
  public static let writing = ErrorCode(SWASM_ERROR_WRITING)
  public static let tooLarge = ErrorCode(SWASM_ERROR_TOO_LARGE)
  public static let imports = ErrorCode(SWASM_ERROR_IMPORTS)
  public static let export = ErrorCode(SWASM_ERROR_EXPORT)
  public static let plug = ErrorCode(SWASM_ERROR_PLUG)
  public static let preinit = ErrorCode(SWASM_ERROR_PREINIT)
  public static let embed = ErrorCode(SWASM_ERROR_EMBED)
  public static let profile = ErrorCode(SWASM_ERROR_PROFILE)
  public static let processor = ErrorCode(SWASM_ERROR_PROCESSOR)
  public static let component = ErrorCode(SWASM_ERROR_COMPONENT)
  public static let maxMemory = ErrorCode(SWASM_ERROR_MAX_MEMORY)
  public static let linker = ErrorCode(SWASM_ERROR_LINKER)
  public static let runtime = ErrorCode(SWASM_ERROR_RUNTIME)
  public static let system = ErrorCode(SWASM_ERROR_SYSTEM)
  public static let memory = ErrorCode(SWASM_ERROR_MEMORY)
  public static let cache = ErrorCode(SWASM_ERROR_CACHE)
  public static let bench = ErrorCode(SWASM_ERROR_BENCH)
  public static let `internal` = ErrorCode(SWASM_ERROR_INTERNAL)

  private init(_ code: swasm_error_code) { number = code.rawValue }

  private init(number: UInt32) { self.number = number }

  /// The kind that a person names: as `E0201`, `201` or `error[E0201]`. nil if there is no such kind.
  public init?(_ text: String) {
    let digits = text.filter(\.isNumber)
    let rest = text.filter { !$0.isNumber }.lowercased()
    guard ["", "e", "error[e]", "[e]"].contains(rest), let number = UInt32(digits),
      let code = Self.all.first(where: { $0.number == number })
    else { return nil }
    self = code
  }

  /// Those of the compiler, then those of executables.
  public static let all: [ErrorCode] = (0..<swasm_error_row_count).map {
    ErrorCode(number: swasm_error_row_at($0).pointee.number)
  }

  /// `E` and four digits.
  var text: String {
    let digits = String(number)
    return "E" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private var row: swasm_error_row {
    for position in 0..<swasm_error_row_count {
      let row = swasm_error_row_at(position).pointee
      if row.number == number { return row }
    }
    preconditionFailure("errors.def has no row \(number)")
  }

  /// One sentence or more.
  var meaning: String { String(cString: row.means) }
  /// One sentence or more.
  var remedy: String { String(cString: row.remedy) }

  private var isOfExecutables: Bool { number >= 1000 }

  // MARK: For people

  /// What `swasmc explain` prints about one kind.
  public var explanation: Message {
    """
    \(text): an error of \(isOfExecutables ? "an executable" : "swasmc")

    \(Message(lines: meaning))

    What to do: \(Message(lines: remedy))

    """
  }

  /// The section of docs/errors.md about one kind.
  public var section: Message {
    """
    ### \(text)

    \(Message(lines: meaning))

    What to do: \(Message(lines: remedy))

    """
  }

  /// What `swasmc explain` prints about all kinds: a line for each.
  public static var list: Message {
    let lines = all.map { code -> Message in
      let first = code.meaning.prefix { $0 != "." }
      return "\(code.text)  \(String(first))"
    }
    return "\(lines.joined(separator: "\n"))\n"
  }

  /// docs/errors.md.
  public static var page: Message {
    var text: Message = """
      # Errors

      Each error has a code, which never changes its meaning. `swasmc explain CODE` prints what this page says about it;
      `swasmc explain` lists all codes. (This page is made from `runtime-c/abi/errors.def` by `swasmc explain --markdown`.)

          swasmc: error[E0201]: cannot read app.wasm: No such file or directory
          app.wasm:0x2e: error[E0102]: type mismatch in i32.add: expected i32, found f64
          app: error[E1201]: the granted directory or file does not exist: data

      Messages that begin with `warning:` have no code: the work goes on. Nor has the end of a program by what it did
      itself: `wasm trap:`, `uncaught exception:`, `unknown import:` and `sandbox violation:`, all with status 134. An
      executable that a signal ends says so: `signal 11 was sent to this process`, or `internal error:` for a bug.

      """
    for isOfExecutables in [false, true] {
      text = "\(text)\n## \(isOfExecutables ? "Executables" : "The compiler")\n"
      for code in all where code.isOfExecutables == isOfExecutables {
        text = "\(text)\n\(code.section)"
      }
    }
    return text
  }
}

extension ErrorCode {
  init(_ kind: WasmError.Kind) {
    switch kind {
    case .malformed: self = .malformed
    case .invalid: self = .invalid
    case .unsupported: self = .unsupported
    case .limit: self = .limit
    }
  }
}
