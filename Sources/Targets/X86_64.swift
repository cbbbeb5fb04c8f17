// Linux on x86-64. Levels: x86-64 psABI, micro-architecture levels. Registers: those of LLVM's `fastcc` and `tailcc`.

import CSwasmABI
import ObjectFile

extension Target {
  public static let x64 = Target(
    name: "x86_64-linux",
    triple: "x86_64-unknown-linux-gnu",
    byteOrder: .little,
    argumentRegisters: RegisterCounts(general: 6, vector: 8),
    resultRegisters: RegisterCounts(general: 3, vector: 2),
    baselineName: "x86-64", llvmBaseline: "x86-64", baselineFeatures: ["64bit", "cx8", "sse2"],
    features: names(swasm_x86_64_feature),
    // The vectoriser would use gathers and scatters for strided accesses, where they are much slower.
    tuning: ["+prefer-no-gather", "+prefer-no-scatter"],
    levels: ["x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"],
    instructions: MachineInstructions(
      byteShuffle: .init(
        intrinsic: "llvm.x86.ssse3.pshuf.b.128", isOverloaded: false, zeroes: .thoseWithTheTopBit,
        feature: "ssse3"),
      pseudoExtrema: .init(
        minimumF32x4: "llvm.x86.sse.min.ps", maximumF32x4: "llvm.x86.sse.max.ps",
        minimumF64x2: "llvm.x86.sse2.min.pd", maximumF64x2: "llvm.x86.sse2.max.pd")),
    // EM_X86_64, R_X86_64_64, rbp
    elfMachine: ElfMachine(number: 62, absoluteRelocation: 1, framePointer: 6),
    linkerEmulation: "elf_x86_64")
}
