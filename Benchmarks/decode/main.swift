// decode-bench FILE.wasm [REPETITIONS]: how fast one core decodes and validates a module.
//
// Prints the medians of the repetitions (default 11), for both together and for each of them, in CPU time of the one
// thread that works, so that other load on the machine disturbs less.

import Foundation
import WasmModule

func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted[sorted.count / 2]
}

func report(_ what: String, bytes: Int, _ time: Double) {
  let megabytes = Double(bytes) / 1e6
  print(
    "\(what): \(String(format: "%.2f MB, %.1f ms, %.0f MB/s", megabytes, time * 1e3, megabytes / time))"
  )
}

func run(_ path: String, repetitions: Int) throws {
  let bytes = ModuleBytes([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
  var decoding: [Double] = []
  var validating: [Double] = []
  var both: [Double] = []
  var codeBytes = 0
  var instructions = 0
  for _ in 0..<max(repetitions, 1) {
    let start = threadSeconds()
    let module = try ModuleDecoder.decode(bytes)
    let middle = threadSeconds()
    let validated = try ModuleValidator.validate(module)
    let end = threadSeconds()
    decoding.append(middle - start)
    validating.append(end - middle)
    both.append(end - start)
    codeBytes = module.functions.reduce(0) { $0 + ($1.body?.range.count ?? 0) }
    instructions = validated.facts.reduce(0) { $0 + $1.instructionCount }
  }
  report("file, decoded and validated", bytes: bytes.count, median(both))
  report("code section, validated", bytes: codeBytes, median(validating))
  print(
    String(
      format: "decoding alone: %.1f ms; %.1f ns an instruction", median(decoding) * 1e3,
      median(validating) * 1e9 / Double(max(instructions, 1))))
}

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
  print("usage: decode-bench FILE.wasm [REPETITIONS]")
  exit(2)
}
do {
  try run(arguments[1], repetitions: arguments.count > 2 ? Int(arguments[2]) ?? 11 : 11)
} catch let error as WasmError {
  print(error.description(file: arguments[1]))
  exit(1)
} catch {
  print("\(arguments[1]): \(error)")
  exit(1)
}
