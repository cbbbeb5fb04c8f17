// When swasmc itself crashes (a failed precondition, an abort inside LLVM, an exhausted stack), says so, in
// which phase, removes what was half written, and ends with the status of internal errors.

import Glibc

public enum CrashReporter {
  /// For the process, once, before the work begins.
  public static func install() {
    useAlternateStack()
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
      var action = sigaction()
      action.sa_flags = Int32(SA_ONSTACK) | Int32(bitPattern: UInt32(SA_RESETHAND))
      action.__sigaction_handler.sa_handler = { signal in CrashReporter.report(signal) }
      sigaction(signal, &action, nil)
    }
  }

  /// What the message of a crash names.
  static func enter(_ phase: StaticString) { currentPhase = phase }

  /// Of the calling thread: where the handler runs when the stack is what ran out.
  static func useAlternateStack() {
    var stack = stack_t()
    stack.ss_size = 64 << 10
    stack.ss_sp = malloc(stack.ss_size)
    sigaltstack(&stack, nil)
  }

  private static func report(_ signal: Int32) {
    write("\nswasmc: internal error: crashed while ")
    write(currentPhase)
    write(": signal ")
    if signal >= 10 { writeDigit(signal / 10) }
    writeDigit(signal % 10)
    write(
      "\nThis is a bug in swasmc. Please report it with this message and the module, if you can share it.\n"
    )
    TemporaryPath.removeFromSignalHandler()
    _exit(DriverError.internalStatus)
  }

  private static func writeDigit(_ digit: Int32) {
    var byte = UInt8(truncatingIfNeeded: 0x30 + digit)
    Glibc.write(2, &byte, 1)
  }

  private static func write(_ text: StaticString) {
    Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
  }
}

/// Written by the thread that moves from phase to phase, read by the handler of a crash.
private nonisolated(unsafe) var currentPhase: StaticString = "starting"
