// Recognises modules that were made for another host, or that need what swasmc lacks, and says what to do.

import WasmModule
import WasmProgram

struct Toolchains {
  private let module: Module
  private let scan: SectionScan
  private let error: WasmError?

  init(_ module: Module, _ scan: SectionScan, _ error: WasmError?) {
    self.module = module
    self.scan = scan
    self.error = error
  }

  var notes: [Note] {
    var notes: [Note] = []
    if Self.usesThreads(module) { notes.append(.threads) }
    if needsGarbageCollection { notes.append(.garbageCollection) }
    if module.imports.contains(where: { Host($0) == .wasmBindgen })
      || scan.customNames.contains("__wasm_bindgen_unstable")
    {
      notes.append(.wasmBindgen)
    }
    if isEmscripten { notes.append(.emscripten) }
    if module.imports.contains(where: { Host($0) == .goJavaScript }) { notes.append(.goJavaScript) }
    if module.imports.contains(where: { Host($0) == .assemblyScript }) {
      notes.append(.assemblyScript)
    }
    if scan.customNames.contains("dylink.0") { notes.append(.sharedLibrary) }
    if scan.customNames.contains("linking") { notes.append(.object) }
    return notes
  }

  /// Whether a module was made for several threads.
  static func usesThreads(_ module: Module) -> Bool {
    module.imports.contains { item in
      if case .memory(let type) = item.entity, type.isShared { return true }
      return item.module == "wasi" && item.name == "thread-spawn"
    }
  }

  private var needsGarbageCollection: Bool {
    error?.kind == .unsupported
      && error?.message.contains(Feature.garbageCollection.name) == true
  }

  /// Emscripten's own imports, or a module whose names it made as short as possible: all imports come from `a`.
  private var isEmscripten: Bool {
    let imports = module.imports
    if imports.contains(where: { Host($0) == .emscripten }) { return true }
    return imports.count > 2 && imports.allSatisfy { $0.module == "a" && $0.name.utf8.count <= 2 }
  }

  /// What would provide an import that nothing provides.
  static func provider(of item: Import) -> String {
    if WASICall(item) != nil {
      return "a call of another type than the one of this name in WASI preview 1"
    }
    switch Host(item) {
    case .threads: return "a host with threads; build without them"
    case .wasmBindgen: return "JavaScript that wasm-bindgen writes"
    case .emscripten: return "JavaScript that emscripten writes; link with -sSTANDALONE_WASM"
    case .goJavaScript: return "JavaScript of Go; build with GOOS=wasip1"
    case .assemblyScript: return "JavaScript of AssemblyScript; compile with --use abort="
    case .newerWASI: return "a newer version of WASI than swasmc has"
    case .linker: return "another object file: it was not there when the module was linked"
    case nil:
      if case .function = item.entity {
        return "a host that was made for it; --unknown-imports trap runs it until it makes the call"
      }
      return "a host that was made for it"
    }
  }
}

/// A host that is not swasmc, by an import for it.
private enum Host {
  case threads, wasmBindgen, emscripten, goJavaScript, assemblyScript, newerWASI, linker

  init?(_ item: Import) {
    let (module, name) = (item.module.text, item.name.text)
    switch module {
    case "wasi" where name == "thread-spawn": self = .threads
    case "wbg", "__wbindgen_placeholder__", "__wbindgen_externref_xform__": self = .wasmBindgen
    case _ where name.hasPrefix("__wbg_") || name.hasPrefix("__wbindgen_"): self = .wasmBindgen
    case "gojs", "go": self = .goJavaScript
    case "env": self.init(inEnv: item)
    case "GOT.mem", "GOT.func": self = .emscripten
    case _ where module.hasPrefix("wasi_") || module.hasPrefix("wasi:"): self = .newerWASI
    default: return nil
    }
  }

  private init?(inEnv item: Import) {
    let name = item.name.text
    let ofEmscripten = [
      "__assert_fail", "_abort_js", "__cxa_throw", "__cxa_find_matching_catch_2",
      "_tzset_js", "_mmap_js", "_munmap_js", "_localtime_js", "__syscall_openat", "setTempRet0",
    ]
    if case .memory(let type) = item.entity {
      guard type.isShared else { return nil }
      self = .threads
    } else if name.hasPrefix("emscripten_") || name.hasPrefix("_emscripten_")
      || name.hasPrefix("invoke_") || name.hasPrefix("__syscall_") || ofEmscripten.contains(name)
    {
      self = .emscripten
    } else if name == "abort" || name == "seed" || name == "trace" {
      self = .assemblyScript
    } else if name == "__linear_memory" || name == "__indirect_function_table" {
      self = .linker
    } else {
      return nil
    }
  }
}

extension Note {
  static let threads = Note(
    key: "threads",
    text: "It uses threads, which swasmc does not have yet: build it without -pthread, for "
      + "wasm32-wasip1 and not for wasm32-wasip1-threads.")
  static let garbageCollection = Note(
    key: "garbage-collection",
    text: "It uses garbage-collected types, which swasmc does not have yet: Kotlin, Dart, Java and "
      + "Scheme compilers make such modules, and most have no other output.")
  static let wasmBindgen = Note(
    key: "wasm-bindgen",
    text:
      "It was made for JavaScript by wasm-bindgen: build the crate for the target wasm32-wasip1, "
      + "without the parts that use the browser.")
  static let emscripten = Note(
    key: "emscripten",
    text: "It was made for JavaScript by emscripten: link it with -sSTANDALONE_WASM "
      + "(emcc -sSTANDALONE_WASM app.c -o app.wasm), or build it with wasi-sdk.")
  static let goJavaScript = Note(
    key: "go-js",
    text: "It was made for JavaScript by Go: build it with GOOS=wasip1 GOARCH=wasm; "
      + "with TinyGo, -target=wasip1.")
  static let assemblyScript = Note(
    key: "assemblyscript",
    text: "It was made by AssemblyScript: compile it with --use abort= or with its WASI shim.")
  static let sharedLibrary = Note(
    key: "shared-library",
    text: "It is a shared library that a program loads: link the program statically.")
  static let object = Note(
    key: "object-file",
    text: "It is an object file: link it with wasm-ld, or with the compiler that made it.")
}
