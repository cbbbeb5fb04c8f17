// When swasmc itself crashes (a failed precondition, an abort inside LLVM, an exhausted stack) or runs out of memory,
// says so, in which phase and with which function of the module, removes what was half written, and ends with the
// status of its kind. What is known then was put down before (CSystem's work.h); nothing is allocated.

import CGuestPasses
import CSystem
import Glibc
import LLVMKit

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
    swasmc_report_exhausted_memory { CrashReporter.reportExhaustedMemory() }
    swasm_watch_functions { name, length in swasmc_work_function(name, length) }
  }

  /// What the message of a crash names: the phase that the calling thread is in.
  static func enter(_ phase: StaticString) {
    phase.utf8Start.withMemoryRebound(to: CChar.self, capacity: phase.utf8CodeUnitCount + 1) {
      swasmc_work_phase($0)
    }
  }

  /// The function that the calling thread works on until the next one, or the next phase.
  static func enter(function: String) {
    var name = function
    name.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        if let start = $0.baseAddress { swasmc_work_function(start, $0.count) }
      }
    }
  }

  /// Passes over functions in this context are told by themselves.
  static func watchCodeGeneration(in context: borrowing LLVMContext) {
    swasm_watch_code_generation(context.handle)
  }

  /// Of the calling thread: where the handler runs when the stack is what ran out.
  static func useAlternateStack() {
    var stack = stack_t()
    stack.ss_size = 64 << 10
    stack.ss_sp = malloc(stack.ss_size)
    sigaltstack(&stack, nil)
  }

  private static func report(_ signal: Int32) {
    write("\nswasmc: internal error: crashed while ")
    writePlace()
    write(": signal ")
    if signal >= 10 { writeDigit(signal / 10) }
    writeDigit(signal % 10)
    write(
      "\nThis is a bug in swasmc. Please report it with this message and the module, if you can share it.\n"
    )
    if hasFunction { write("Until it is mended, -O1 or -O0 may get around it.\n") }
    TemporaryPath.removeFromSignalHandler()
    _exit(DriverError.internalStatus)
  }

  /// Called by the allocation that failed, on its thread.
  private static func reportExhaustedMemory() {
    write("\nswasmc: out of memory while ")
    writePlace()
    write("\n")
    write(DriverError.moreMemoryText)
    write("\n")
    TemporaryPath.removeFromSignalHandler()
    _exit(DriverError.outOfMemoryStatus)
  }

  private static var hasFunction: Bool { swasmc_function()[0] != 0 }

  /// As "optimising, in the function f12.average".
  private static func writePlace() {
    writeCString(swasmc_phase())
    if !hasFunction { return }
    write(", in the function ")
    writeCString(swasmc_function())
  }

  private static func writeDigit(_ digit: Int32) {
    var byte = UInt8(truncatingIfNeeded: 0x30 + digit)
    Glibc.write(2, &byte, 1)
  }

  private static func write(_ text: StaticString) {
    Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Another name: a literal would become a string first, which is allocated.
  private static func writeCString(_ text: UnsafePointer<CChar>) {
    Glibc.write(2, text, strlen(text))
  }
}
