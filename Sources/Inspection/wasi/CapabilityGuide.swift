// What people need to know about a capability, beside its calls: what it is for, what grants it, what each language
// calls it, and what to know about preview 1 and WASI 0.2. CapabilityPage.swift shows it.

extension Capability {
  /// One sentence without a full stop.
  package var purpose: String {
    switch self {
    case .arguments: "read the arguments of the command line"
    case .environment: "read variables of the environment"
    case .streams: "read the standard input, write the standard output and the standard error"
    case .files: "open, read, write, list, rename and remove files and directories"
    case .clocks: "read the time and date, and measure time"
    case .waiting: "sleep, and wait for input or for a socket"
    case .random: "get random numbers that nobody can guess"
    case .sockets: "accept connections; in WASI 0.2 also connect, send datagrams and look up names"
    case .exit: "end the program with a status"
    }
  }

  /// What the program must be granted; nil: nothing.
  package var grant: String? {
    switch self {
    case .arguments, .streams, .clocks, .waiting, .random, .exit: nil
    case .environment:
      "--env NAME passes on a variable, --env NAME=VALUE sets one, --inherit-env passes on all; "
        + "SWASM_ENV when it is started"
    case .files:
      "--dir HOST[::GUEST][:ro] for each directory or file; SWASM_DIR when it is started"
    case .sockets:
      "--listen ADDRESS:PORT to accept; a component also --connect HOST:PORT[/udp] and --resolve "
        + "NAME; SWASM_LISTEN, SWASM_CONNECT and SWASM_RESOLVE when it is started"
    }
  }

  /// What to know about what swasmc does; empty: all is as expected.
  package var remarks: [String] {
    switch self {
    case .arguments: ["The first argument is the program's name; --argv0 NAME chooses it."]
    case .environment: ["The program never sees variables whose names begin with SWASM_."]
    case .streams: ["--stdin null, --stdout null and --stderr null close a stream."]
    case .files:
      [
        "A path is resolved below its grant: `..` and links cannot leave it.",
        "Go looks for relative paths below /, so grant --dir .::/ there.",
      ]
    case .clocks: ["With --deterministic, the clock moves only when the program reads it."]
    case .waiting: ["There are no other threads: the whole program waits."]
    case .random: ["With --deterministic=SEED, the numbers follow from the seed."]
    case .sockets:
      [
        "Preview 1 has no call that makes a socket: the program gets listening ones, after its directories.",
        "Go needs --listen ADDRESS:PORT:nonblock.",
      ]
    case .exit: ["A trap ends the program with status 134."]
    }
  }

  /// What a program in each language calls, to use it.
  package var languages: [(language: String, calls: String)] {
    switch self {
    case .arguments:
      [
        ("C, C++", "main(int argc, char **argv)"), ("Rust", "std::env::args()"), ("Go", "os.Args"),
        ("Zig", "std.process.args"), ("Swift", "CommandLine.arguments"), ("Python", "sys.argv"),
      ]
    case .environment:
      [
        ("C, C++", "getenv"), ("Rust", "std::env::var"), ("Go", "os.Getenv"),
        ("Zig", "std.process.getEnvVarOwned"), ("Swift", "ProcessInfo.processInfo.environment"),
        ("Python", "os.environ"),
      ]
    case .streams:
      [
        ("C, C++", "stdin, stdout, stderr; std::cin, std::cout"),
        ("Rust", "std::io::stdin(), println!"), ("Go", "os.Stdin, fmt.Println"),
        ("Zig", "std.io, std.fs.File.stdout"), ("Swift", "readLine(), print"),
        ("Python", "input(), print()"),
      ]
    case .files:
      [
        ("C, C++", "fopen, open, opendir; std::fstream"), ("Rust", "std::fs"),
        ("Go", "os.Open, os.ReadDir"), ("Zig", "std.fs.cwd()"), ("Swift", "FileManager, fopen"),
        ("Python", "open(), os.listdir()"),
      ]
    case .clocks:
      [
        ("C, C++", "time, clock_gettime; std::chrono"), ("Rust", "std::time"), ("Go", "time.Now"),
        ("Zig", "std.time"), ("Swift", "ContinuousClock, Date"), ("Python", "time.time()"),
      ]
    case .waiting:
      [
        ("C, C++", "nanosleep, poll, select"), ("Rust", "std::thread::sleep"), ("Go", "time.Sleep"),
        ("Zig", "std.Thread.sleep"), ("Swift", "nanosleep, poll"), ("Python", "time.sleep()"),
      ]
    case .random:
      [
        ("C, C++", "getentropy; std::random_device"), ("Rust", "the crate getrandom"),
        ("Go", "crypto/rand"), ("Zig", "std.crypto.random"),
        ("Swift", "SystemRandomNumberGenerator"),
        ("Python", "os.urandom(), secrets"),
      ]
    case .sockets:
      [
        ("C, C++", "accept, recv, send; WASI 0.2: socket, connect"),
        ("Rust", "std::net with the target wasm32-wasip2"),
        ("Go", "net.FileListener(os.NewFile(3, \"\"))"), ("Zig", "std.os.wasi.sock_accept"),
        ("Swift", "accept, recv, send"), ("Python", "socket, asyncio with componentize-py"),
      ]
    case .exit:
      [
        ("C, C++", "exit, return from main"), ("Rust", "std::process::exit"), ("Go", "os.Exit"),
        ("Zig", "std.process.exit"), ("Swift", "exit"), ("Python", "sys.exit()"),
      ]
    }
  }
}

/// How a compiler makes a program for WASI.
package struct BuildRecipe: Sendable {
  package let language: String
  package let commands: [String]

  package static let all = [
    BuildRecipe(
      language: "C",
      commands: [
        "clang --target=wasm32-wasip1 -O2 app.c -o app.wasm      (wasi-sdk, or clang with wasi-libc)",
        "clang --target=wasm32-wasip2 -O2 app.c -o app.wasm      (wasi-sdk 22 or later: WASI 0.2)",
        "emcc -sSTANDALONE_WASM -O2 app.c -o app.wasm",
      ]),
    BuildRecipe(
      language: "C++",
      commands: ["clang++ --target=wasm32-wasip1 -fno-exceptions -O2 app.cpp -o app.wasm"]),
    BuildRecipe(
      language: "Rust",
      commands: [
        "cargo build --release --target wasm32-wasip1            (before 1.78: wasm32-wasi)",
        "cargo build --release --target wasm32-wasip2            (1.82 or later: WASI 0.2)",
      ]),
    BuildRecipe(
      language: "Go",
      commands: [
        "GOOS=wasip1 GOARCH=wasm go build -o app.wasm",
        "tinygo build -target=wasip1 -o app.wasm                 (-target=wasip2: WASI 0.2)",
      ]),
    BuildRecipe(
      language: "Zig", commands: ["zig build-exe app.zig -target wasm32-wasi -O ReleaseSafe"]),
    BuildRecipe(
      language: "Swift",
      commands: ["swift build --swift-sdk NAME_OF_THE_SDK-wasm    (swift sdk list shows the names)"]
    ),
    BuildRecipe(
      language: "Python",
      commands: ["componentize-py -w wasi:cli/command@0.2.0 componentize app -o app.wasm"]),
  ]
}
