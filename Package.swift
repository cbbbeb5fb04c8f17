// swift-tools-version: 6.1
// Targets and their dependencies. ARCHITECTURE.md describes each target.
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
    .target(name: "WasmComponent", dependencies: ["WasmModule"]),
    .target(name: "WasmEncoding", dependencies: ["WasmModule"]),
    .target(
      name: "ComponentLinking",
      dependencies: ["CSwasmABI", "WasmComponent", "WasmEncoding", "WasmModule", "WasmProgram"]),
    .systemLibrary(name: "CLLVM", pkgConfig: "swasmc-llvm-22"),
    .target(name: "Targets", dependencies: ["CSwasmABI", "ObjectFile"]),
    .target(name: "CCodeGeneration", dependencies: ["CGuestIR", "CLLVM"]),
    .target(name: "LLVMKit", dependencies: ["CCodeGeneration", "CLLVM", "Targets"]),
    .target(
      name: "CGuestPasses", dependencies: ["CGuestIR", "CLLVM", "CSwasmABI"],
      cxxSettings: [.headerSearchPath(".")]),
    .target(name: "CGuestIR"),
    .target(name: "CIsolation", dependencies: ["CLLVM", "CSwasmABI"]),
    .target(name: "CSabotage", dependencies: ["CGuestIR", "CLLVM"]),
    .target(name: "CLinker", dependencies: ["CLLVM"]),
    .target(
      name: "CSwasmABI", path: "runtime-c", exclude: ["Makefile", "preview2", "tests"],
      sources: [
        "abi/errors_table.c", "abi/processor_features_table.c", "abi/wasi_p1_table.c",
        "abi/wasi_p2_table.c", "src/policy_values.c",
        "src/policy_address.c",
        "src/policy_destination.c",
      ],
      publicHeadersPath: "abi"),
    .target(name: "WasmProgram", dependencies: ["WasmModule", "CSwasmABI"]),
    .target(
      name: "Lowering",
      dependencies: [
        "WasmProgram", "WasmModule", "LLVMKit", "CGuestIR", "CSwasmABI", "Targets",
      ]),
    .target(
      name: "GuestOptimizer",
      dependencies: [
        "CGuestIR", "CLLVM", "LLVMKit", "Lowering", "CGuestPasses", "CIsolation", "CSwasmABI",
        "Targets",
      ]),
    .target(name: "CSystem"),
    .target(name: "CCompileCache"),
    .target(name: "CompileCache", dependencies: ["CCompileCache", "System"]),
    .target(name: "System", dependencies: ["CSystem", "WasmModule"]),
    .target(name: "ObjectFile"),
    .target(name: "DebugInformation", dependencies: ["ObjectFile"]),
    .target(name: "Policy", dependencies: ["CSwasmABI", "ObjectFile", "System"]),
    .target(
      name: "Driver",
      dependencies: [
        "CDebuggerScript", "CGuestIR", "ComponentLinking", "WasmComponent", "WasmModule",
        "WasmProgram", "LLVMKit", "Lowering", "GuestOptimizer", "CGuestPasses", "CompileCache",
        "CSwasmABI", "CSystem",
        "DebugInformation", "ObjectFile", "Policy", "System", "Targets",
      ]),
    .target(name: "Bench", dependencies: ["CSystem", "Driver", "Policy", "System"]),
    .target(name: "CExamples"),
    .target(name: "CDebuggerScript", exclude: ["gdb.py"]),
    .target(
      name: "Inspection",
      dependencies: [
        "CExamples", "CSwasmABI", "ComponentLinking", "Driver", "ObjectFile", "Policy", "System",
        "WasmComponent", "WasmModule", "WasmProgram",
      ]),
    .executableTarget(
      name: "swasmc",
      dependencies: [
        "Bench", "CLinker", "CompileCache", "Driver", "Inspection", "Policy", "System", "Targets",
        "WasmProgram",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      linkerSettings: [
        // scripts/build puts static libraries there, which are found before the shared ones.
        .unsafeFlags(
          [
            "-Lbuild/static", "-Xclang-linker", "-static-libgcc",
            "-Xlinker", "-rpath=$ORIGIN/../lib/swasmc",
          ], .when(configuration: .release))
      ]),
    .target(
      name: "TestSupport",
      dependencies: [
        "CGuestIR", "CompileCache", "ComponentLinking", "DebugInformation", "ObjectFile",
        "WasmComponent", "WasmModule", "WasmProgram", "LLVMKit", "Lowering", "GuestOptimizer",
        "Targets",
      ]),
    .executableTarget(
      name: "conformance",
      dependencies: [
        "System", "Targets", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CSabotage", "ComponentLinking", "Driver", "GuestOptimizer", "LLVMKit", "Lowering",
        "System",
        "Targets", "TestSupport", "WasmComponent", "WasmEncoding", "WasmModule",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "decode-bench", dependencies: ["WasmModule"], path: "Benchmarks/decode"),
    .testTarget(
      name: "CompileCacheTests", dependencies: ["CCompileCache", "CompileCache", "System"]),
    .testTarget(name: "WasmModuleTests", dependencies: ["WasmModule"]),
    .testTarget(
      name: "WasmComponentTests",
      dependencies: ["ObjectFile", "WasmComponent", "WasmModule", "TestSupport"]),
    .testTarget(
      name: "ComponentLinkingTests",
      dependencies: [
        "CSwasmABI", "ComponentLinking", "TestSupport", "WasmComponent", "WasmModule",
        "WasmProgram",
      ]),
    .testTarget(name: "WasmProgramTests", dependencies: ["WasmModule", "WasmProgram"]),
    .testTarget(name: "LLVMKitTests", dependencies: ["LLVMKit", "Targets"]),
    .testTarget(
      name: "GuestPassesTests",
      dependencies: ["CLLVM", "CGuestPasses", "LLVMKit", "Targets"]),
    .testTarget(
      name: "IsolationTests", dependencies: ["CLLVM", "CIsolation", "GuestOptimizer", "LLVMKit"]),
    .testTarget(
      name: "LoweringTests",
      dependencies: [
        "CGuestIR", "GuestOptimizer", "LLVMKit", "Lowering", "Targets", "WasmModule", "WasmProgram",
      ],
      exclude: ["Goldens"]),
    .testTarget(
      name: "DriverTests",
      dependencies: [
        "CGuestIR", "CGuestPasses", "CSwasmABI", "CSystem", "CompileCache", "DebugInformation",
        "Driver", "LLVMKit", "Lowering", "ObjectFile", "Policy", "System", "swasmc", "Targets",
        "TestSupport", "WasmModule",
      ]
    ),
    .testTarget(
      name: "BenchTests", dependencies: ["Bench", "Driver", "Policy", "System"],
      exclude: ["Goldens"]),
    .testTarget(
      name: "InspectionTests",
      dependencies: [
        "CSwasmABI", "Driver", "Inspection", "ObjectFile", "Policy", "System", "TestSupport",
        "WasmModule",
      ],
      exclude: ["Goldens"]),
    .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Driver", "ObjectFile", "System", "Targets", "TestSupport", "WasmModule", "WasmProgram",
        "swasmc",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
