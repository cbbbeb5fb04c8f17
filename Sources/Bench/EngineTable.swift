// The table of engines: how each names directories, variables and precompiled modules.

import Policy
import System

extension Engine {
  /// All engines, in the order of the report.
  public static let all = [wasmkit, wasmtime, wasmer, wasmedge, iwasm, wasm3, node]

  static let wasmkit = Engine(
    "wasmkit", .interpreter,
    refusal: { $0.refusal(renamed: true, readOnly: true) },
    run: { paths, invocation in
      words(
        [paths.program, "run"], invocation.variables("--env"),
        invocation.directories.flatMap { ["--dir", $0.host] }, [paths.module],
        invocation.arguments)
    })

  static let wasmtime = Engine(
    "wasmtime", .justInTime,
    compile: { paths, _ in [paths.compiler, "compile", paths.module, "-o", paths.compiled] },
    refusal: { $0.refusal(readOnly: true) },
    run: { paths, invocation in
      words(
        [paths.program, "run", "--allow-precompiled", "--argv0", invocation.name],
        invocation.variables("--env"),
        invocation.directories.flatMap { ["--dir", "\($0.host)::\($0.guest)"] },
        [paths.compiled], invocation.arguments)
    })

  static let wasmer = Engine(
    "wasmer", .justInTime,
    compile: { paths, _ in [paths.compiler, "compile", paths.module, "-o", paths.compiled] },
    refusal: { $0.refusal(readOnly: true) },
    run: { paths, invocation in
      // Since version 7 the option has another name, and its parts have another order.
      let isOld = (paths.majorVersion ?? 7) < 7
      let mapped = invocation.directories.flatMap { grant -> [HostString] in
        isOld
          ? ["--mapdir", "\(grant.guest):\(grant.host)"]
          : ["--volume", "\(grant.host):\(grant.guest)"]
      }
      return words(
        [paths.program, "run"], invocation.variables("--env"), mapped, [paths.compiled, "--"],
        invocation.arguments)
    })

  static let wasmedge = Engine(
    "wasmedge", .interpreter,
    compile: { paths, _ in [paths.compiler, "compile", paths.module, paths.compiled] },
    run: { paths, invocation in
      let directories = invocation.directories.flatMap { grant -> [HostString] in
        ["--dir", "\(grant.guest):\(grant.host)\(grant.readOnly ? ":readonly" : "")"]
      }
      return words(
        [paths.program], invocation.variables("--env"), directories, [paths.compiled],
        invocation.arguments)
    })

  /// Its default stack is 64 KiB; ours is 8 MiB.
  static let iwasm = Engine(
    "iwasm", .interpreter, compilerName: "wamrc",
    compile: { paths, _ in [paths.compiler, "-o", paths.compiled, paths.module] },
    refusal: { $0.refusal(readOnly: true) },
    run: { paths, invocation in
      words(
        [paths.program, "--stack-size=8388608"],
        invocation.environment.map { "--env=\($0.name)=\($0.value)" },
        invocation.directories.map { "--map-dir=\($0.guest)::\($0.host)" }, [paths.compiled],
        invocation.arguments)
    })

  /// Gives every program "/" and the current directory, and variables of its own.
  static let wasm3 = Engine(
    "wasm3", .interpreter,
    refusal: {
      $0.environment.isEmpty
        ? $0.refusal(renamed: true, readOnly: true) : "it has no option for variables"
    },
    run: { paths, invocation in
      words([paths.program, "--stack-size", "8388608", paths.module], invocation.arguments)
    })

  static let node = Engine(
    "node", .justInTime, helper: ("node.mjs", nodeScript),
    refusal: { $0.refusal(readOnly: true, onlyText: true) },
    run: { paths, invocation in
      var settings = JSONWriter()
      settings.object {
        $0.add("args", [invocation.name] + invocation.arguments)
        $0.object("env") {
          for (name, value) in invocation.environment { $0.add(name.text ?? "", value) }
        }
        $0.object("preopens") {
          for grant in invocation.directories { $0.add(grant.guest.text ?? "", grant.host) }
        }
      }
      return [
        paths.program, "--no-warnings", paths.helper, paths.module, HostString(settings.text),
      ]
    })

  private static let nodeScript = """
    import { readFile } from 'node:fs/promises';
    import { WASI } from 'node:wasi';
    const [module, settings] = process.argv.slice(2);
    const wasi = new WASI({ version: 'preview1', returnOnExit: true, ...JSON.parse(settings) });
    const program = await WebAssembly.compile(await readFile(module));
    const imports = {
      wasi_snapshot_preview1: wasi.wasiImport,
      wasi_unstable: wasi.wasiImport,
    };
    process.exit(wasi.start(await WebAssembly.instantiate(program, imports)));
    """
}

private func words(_ parts: [HostString]...) -> [HostString] { parts.flatMap { $0 } }

extension Invocation {
  /// Each variable as two words.
  fileprivate func variables(_ option: HostString) -> [HostString] {
    environment.flatMap { [option, "\($0.name)=\($0.value)"] }
  }

  private var isText: Bool {
    let strings =
      [name] + arguments + directories.flatMap { [$0.host, $0.guest] }
      + environment.flatMap { [$0.name, $0.value] }
    return strings.allSatisfy { $0.text != nil }
  }

  /// The refusal of an engine that lacks a feature. No engine is asked to give more than was granted.
  fileprivate func refusal(
    renamed: Bool = false, readOnly: Bool = false, onlyText: Bool = false
  ) -> String? {
    if readOnly, directories.contains(where: \.readOnly) {
      return "it cannot make a directory read-only, as :ro asks"
    }
    if renamed, directories.contains(where: { $0.host != $0.guest }) {
      return "it cannot give a directory another name"
    }
    if onlyText, !isText { return "it cannot pass on bytes that are not UTF-8" }
    return nil
  }
}
