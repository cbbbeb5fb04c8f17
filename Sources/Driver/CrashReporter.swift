// Reports that swasmc itself crashed (a failed precondition, an abort inside LLVM, an exhausted stack) or ran out of
// memory. The message names the phase and the function of the module, which were noted before (CSystem's work.h).
// Temporary files are removed, and the process ends with the status of its kind. Nothing is allocated.

import CGuestPasses
import CSystem
import Glibc
import LLVMKit
import System

public enum CrashReporter {
  /// Call it once for the process, before the work begins.
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

  /// The calling thread begins a phase, which the message of a crash names.
  static func enter(_ phase: StaticString) {
    phase.utf8Start.withMemoryRebound(to: CChar.self, capacity: phase.utf8CodeUnitCount + 1) {
      swasmc_work_phase($0)
    }
  }

  /// The calling thread begins to work on a function. That work ends when the next function or phase begins.
  static func enter(function: String) {
    var name = function
    name.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        if let start = $0.baseAddress { swasmc_work_function(start, $0.count) }
      }
    }
  }

  /// From now on LLVM's passes over functions in this context say which function they work on.
  static func watchCodeGeneration(in context: borrowing LLVMContext) {
    swasm_watch_code_generation(context.handle)
  }

  private static func report(_ signal: Int32) {
    swasmc_status_end()
    write("\nswasmc: error[E0901]: internal error: crashed while ")
    writePlace()
    write(": signal ")
    if signal >= 10 { writeDigit(signal / 10) }
    writeDigit(signal % 10)
    write(
      "\nThis is a bug in swasmc. Please report it with this message and the module, if you can share it.\n"
    )
    if hasFunction { write("-O1 or -O0 may avoid it.\n") }
    EndingSignals.cleanUp()
    _exit(DriverError.internalStatus)
  }

  /// Runs on the thread whose allocation failed.
  private static func reportExhaustedMemory() {
    swasmc_status_end()
    write("\nswasmc: error[E0501]: out of memory while ")
    writePlace()
    write("\n")
    write(DriverError.moreMemoryText)
    write("\n")
    EndingSignals.cleanUp()
    _exit(DriverError.outOfMemoryStatus)
  }

  private static var hasFunction: Bool { swasmc_function()[0] != 0 }

  /// Writes, for example, "optimising, in the function f12.average".
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

  /// Not named `write`: a literal passed to `write` could then become a String, which is allocated.
  private static func writeCString(_ text: UnsafePointer<CChar>) {
    Glibc.write(2, text, strlen(text))
  }
}
