// What can go wrong in a compilation: the message for the user, and the exit status of each kind.

import Glibc
import System

public enum DriverError: Error, Sendable, Equatable {
  /// The input is not a module that can be compiled. `path` and `offset` say where.
  case invalidModule(ErrorCode, path: HostString, offset: UInt64?, message: Message)
  /// A file cannot be read or written, or the module does not fit the options.
  case cannot(ErrorCode, Message)
  /// The command line asks for something that does not exist.
  case usage(ErrorCode, Message)
  /// Something that swasmc needs (linker, runtime) is not there.
  case missing(ErrorCode, Message)
  /// There is not enough memory for what the message says.
  case outOfMemory(Message)
  /// A bug of swasmc or of a tool that it called.
  case `internal`(Message)

  public var message: Message {
    switch self {
    case .invalidModule(let code, let path, let offset?, let message):
      "\(path):0x\(String(offset, radix: 16)): error[\(code.text)]: \(message)"
    case .invalidModule(let code, let path, nil, let message):
      "\(path): error[\(code.text)]: \(message)"
    case .cannot(let code, let message), .usage(let code, let message),
      .missing(let code, let message):
      Self.text(code, message)
    case .outOfMemory(let what):
      "\(Self.text(.memory, "out of memory: \(what)"))\n\(Message(lines: Self.moreMemoryText.description))"
    case .internal(let message): Self.internalErrorText(message)
    }
  }

  /// 1: the input, a file or the installation is at fault. 70 (EX_SOFTWARE of sysexits.h): swasmc is. 75: memory ran
  /// out. 64 (EX_USAGE): the command line is wrong; most such mistakes are found before there is a DriverError.
  public var exitStatus: Int32 {
    switch self {
    case .invalidModule, .cannot, .missing: 1
    case .usage: 64
    case .outOfMemory: Self.outOfMemoryStatus
    case .internal: Self.internalStatus
    }
  }

  /// The form of a message that is about no place in a module.
  public static func text(_ code: ErrorCode, _ message: Message) -> Message {
    "swasmc: error[\(code.text)]: \(message)"
  }

  /// A system call failed, which makes `what` impossible.
  package static func failed(_ code: ErrorCode, _ what: Message, _ error: Errno) -> DriverError {
    switch error.code {
    case ENOMEM: .outOfMemory("\(what): \(error.text)")
    case EFBIG: .cannot(code, "\(what): \(error.text); files may not be so large here (ulimit -f)")
    default: .cannot(code, "\(what): \(error.text)")
    }
  }

  /// EX_TEMPFAIL: the compilation may succeed with more memory.
  static let outOfMemoryStatus: Int32 = 75

  /// A static string, so that a signal handler can print it.
  static var moreMemoryText: StaticString {
    """
    Compiling this module needs more memory than there is, or than this process may have (ulimit -v, a container).
    -O1 needs less, and -O0 the least.
    """
  }

  static let internalStatus: Int32 = 70

  static func internalErrorText(_ message: Message) -> Message {
    """
    \(text(.internal, "internal error: \(message)"))
    This is a bug in swasmc. Please report it with this message, the output of `swasmc --version`, the
    command line, and the module if you can share it.
    """
  }
}
