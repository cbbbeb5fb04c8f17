// Linux on AArch64. Registers: AAPCS64, 6.8 and 6.9.

import ObjectFile

extension Target {
  public static let aarch64 = Target(
    name: "aarch64-linux",
    triple: "aarch64-unknown-linux-gnu",
    byteOrder: .little,
    argumentRegisters: RegisterCounts(general: 8, vector: 8),
    resultRegisters: RegisterCounts(general: 8, vector: 8),
    levels: [
      ProcessorLevel(
        name: "armv8-a", llvmName: "generic", number: 1, features: ["neon"], tuning: "",
        instructions: MachineInstructions(
          byteShuffle: .init(
            intrinsic: "llvm.aarch64.neon.tbl1", isOverloaded: true, zeroes: .thoseOverFifteen)))
    ],
    // EM_AARCH64, R_AARCH64_ABS64, x29
    elfMachine: ElfMachine(number: 183, absoluteRelocation: 257, framePointer: 29),
    linkerEmulation: "aarch64linux")
}
