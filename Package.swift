// swift-tools-version: 6.1
// Targets and the arrows between them; what each holds is told in ARCHITECTURE.md.
import PackageDescription

let package = Package(
  name: "swasmc",
  products: [
    .executable(name: "swasmc", targets: ["swasmc"]),
    .library(name: "WasmModule", targets: ["WasmModule"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "WasmModule"),
    .systemLibrary(name: "CLLVM", pkgConfig: "swasmc-llvm-22"),
    .target(name: "LLVMKit", dependencies: ["CLLVM"]),
    .target(
      name: "CGuestPasses", dependencies: ["CLLVM", "CSwasmABI"],
      cxxSettings: [.headerSearchPath(".")]),
    .target(name: "CIsolation", dependencies: ["CLLVM", "CSwasmABI"]),
    .target(name: "CSabotage", dependencies: ["CLLVM"]),
    .target(name: "CSwasmABI", path: "runtime-c/abi", publicHeadersPath: "."),
    .target(name: "WasmProgram", dependencies: ["WasmModule", "CSwasmABI"]),
    .target(name: "Lowering", dependencies: ["WasmProgram", "WasmModule", "LLVMKit", "CSwasmABI"]),
    .target(
      name: "GuestOptimizer",
      dependencies: ["CLLVM", "LLVMKit", "Lowering", "CGuestPasses", "CIsolation", "CSwasmABI"]),
    .target(name: "CSystem"),
    .target(
      name: "Driver",
      dependencies: [
        "WasmModule", "WasmProgram", "LLVMKit", "Lowering", "GuestOptimizer", "CGuestPasses",
        "CSwasmABI", "CSystem",
      ]),
    .target(name: "Bench", dependencies: ["Driver", "CSystem"]),
    .executableTarget(
      name: "swasmc",
      dependencies: [
        "Bench", "Driver", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(
      name: "TestSupport",
      dependencies: [
        "WasmModule", "WasmProgram", "LLVMKit", "Lowering", "GuestOptimizer", "Driver",
      ]),
    .executableTarget(
      name: "conformance",
      dependencies: [
        "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CSabotage", "Driver", "GuestOptimizer", "LLVMKit", "Lowering", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "decode-bench", dependencies: ["WasmModule"], path: "Benchmarks/decode"),
    .testTarget(name: "WasmModuleTests", dependencies: ["WasmModule"]),
    .testTarget(name: "WasmProgramTests", dependencies: ["WasmProgram"]),
    .testTarget(name: "LLVMKitTests", dependencies: ["LLVMKit"]),
    .testTarget(
      name: "GuestPassesTests", dependencies: ["CLLVM", "CGuestPasses", "CSwasmABI", "LLVMKit"]),
    .testTarget(
      name: "IsolationTests", dependencies: ["CLLVM", "CIsolation", "LLVMKit"]),
    .testTarget(name: "LoweringTests", dependencies: ["Lowering", "TestSupport"]),
    .testTarget(name: "DriverTests", dependencies: ["Driver", "LLVMKit", "swasmc", "TestSupport"]),
    .testTarget(name: "BenchTests", dependencies: ["Bench", "Driver"]),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"]),
    .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "swasmc"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
