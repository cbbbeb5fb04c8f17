// `swasmc cache info` and `swasmc cache clear`

import ArgumentParser
import CompileCache
import Driver
import System

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Show or empty the compile cache.",
    discussion: """
      The cache is the directory that SWASMC_CACHE_DIR names, else $XDG_CACHE_HOME/swasmc, else ~/.cache/swasmc. \
      SWASMC_CACHE_SIZE is the most bytes that it may hold (default: 2G). Before it would hold more, the least \
      recently used programs and parts of programs are removed. 0 switches the cache off.
      """,
    subcommands: [Info.self, Clear.self])

  struct Location: ParsableArguments {
    @Option(
      name: .customLong("dir"),
      help: ArgumentHelp(
        "Use the cache in this directory, not the user's own cache.", valueName: "directory"))
    var path: HostString?

    func directory() throws(DriverError) -> CacheDirectory {
      guard let directory = CacheDirectory(path: path) else {
        throw .cannot(
          .cache,
          "there is no compile cache: neither SWASMC_CACHE_DIR, XDG_CACHE_HOME nor HOME gives a path"
        )
      }
      return directory
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show where the cache is, what it holds, and how often it answered a command.")

    @OptionGroup var location: Location

    func run() throws {
      try reportingErrors { () throws(DriverError) in
        let directory = try location.directory()
        let contents = try orDriverError { () throws(CacheRefusal) in try directory.contents() }
        let lines: Message = """
          directory  \(directory.path)
          programs   \(contents.products)
          objects    \(contents.objects)
          bytes      \(contents.bytes)
          hits       \(contents.hits)
          """
        print(lines)
      }
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove everything from the cache. Programs that are running go on.")

    @OptionGroup var location: Location

    func run() throws {
      try reportingErrors { () throws(DriverError) in
        let directory = try location.directory()
        try orDriverError { () throws(CacheRefusal) in try directory.clear() }
      }
    }
  }
}

private func orDriverError<Result>(_ body: () throws(CacheRefusal) -> Result) throws(DriverError)
  -> Result
{
  do throws(CacheRefusal) {
    return try body()
  } catch {
    throw .cannot(.cache, error.message)
  }
}
