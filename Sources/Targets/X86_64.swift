// Linux on x86-64. Levels: x86-64 psABI, micro-architecture levels. Registers: those of LLVM's `fastcc` and `tailcc`.

import ObjectFile

extension Target {
  public static let x64 = Target(
    name: "x86_64-linux",
    triple: "x86_64-unknown-linux-gnu",
    byteOrder: .little,
    argumentRegisters: RegisterCounts(general: 6, vector: 8),
    resultRegisters: RegisterCounts(general: 3, vector: 2),
    levels: [
      ProcessorLevel(
        name: "x86-64", llvmName: "x86-64", number: 1, features: [], tuning: "",
        instructions: MachineInstructions(pseudoExtrema: sse)),
      ProcessorLevel(
        name: "x86-64-v2", llvmName: "x86-64-v2", number: 2,
        features: ["cx16", "popcnt", "sahf", "sse3", "ssse3", "sse4.1", "sse4.2"], tuning: "",
        instructions: withByteShuffle),
      ProcessorLevel(
        name: "x86-64-v3", llvmName: "x86-64-v3", number: 3,
        features: ["avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"],
        tuning: slowGathers, instructions: withByteShuffle),
      ProcessorLevel(
        name: "x86-64-v4", llvmName: "x86-64-v4", number: 4,
        features: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
        tuning: slowGathers, instructions: withByteShuffle),
    ],
    // EM_X86_64, R_X86_64_64, rbp
    elfMachine: ElfMachine(number: 62, absoluteRelocation: 1, framePointer: 6),
    linkerEmulation: "elf_x86_64")

  private static let withByteShuffle = MachineInstructions(
    byteShuffle: .init(
      intrinsic: "llvm.x86.ssse3.pshuf.b.128", isOverloaded: false, zeroes: .thoseWithTheTopBit),
    pseudoExtrema: sse)

  private static let sse = MachineInstructions.PseudoExtrema(
    minimumF32x4: "llvm.x86.sse.min.ps", maximumF32x4: "llvm.x86.sse.max.ps",
    minimumF64x2: "llvm.x86.sse2.min.pd", maximumF64x2: "llvm.x86.sse2.max.pd")

  /// The vectoriser would use gathers and scatters for strided accesses, where they are much slower.
  private static let slowGathers = "+prefer-no-gather,+prefer-no-scatter"
}
