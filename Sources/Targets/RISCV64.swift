// Linux on 64-bit RISC-V. Registers: RISC-V ABIs Specification, Calling Convention, as LLVM's `fastcc` extends it.

import CSwasmABI
import ObjectFile

extension Target {
  public static let riscv64 = Target(
    name: "riscv64-linux",
    triple: "riscv64-unknown-linux-gnu",
    byteOrder: .little,
    argumentRegisters: RegisterCounts(general: 8, vector: 8, holdsV128: false),
    // LLVM returns at most two values in registers, whatever their types.
    resultRegisters: RegisterCounts(general: 2, vector: 2, most: 2, holdsV128: false),
    baselineName: "rv64gc", llvmBaseline: "generic-rv64",
    baselineFeatures: ["64bit", "m", "a", "f", "d", "c", "zicsr", "zifencei"],
    features: names(swasm_riscv64_feature),
    // Linux lets programs access numbers at any address. Without this, LLVM would access them byte by byte, because
    // wasm promises no alignment.
    tuning: ["+unaligned-scalar-mem"],
    levels: ["rv64gc"], instructions: MachineInstructions(),
    // EM_RISCV, R_RISCV_64, EF_RISCV_RVC and EF_RISCV_FLOAT_ABI_DOUBLE.
    elfMachine: ElfMachine(number: 243, absoluteRelocation: 2, flags: 5, framePointer: 8),
    linkerEmulation: "elf64lriscv")
}
