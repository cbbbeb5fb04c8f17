// Where the cache is, and which directories are not trusted.

import CCompileCache
import Glibc
import System
import Testing

@Suite struct DirectoryTests {
  private func path(_ environment: [HostString]) -> HostString? {
    var buffer = [CChar](repeating: 0, count: Int(SWASMC_CACHE_PATH_BYTES))
    let found = withCStrings(environment) { swasmc_cache_path($0, &buffer) }
    return found ? HostString(cString: buffer) : nil
  }

  @Test func variablesNameTheDirectory() {
    #expect(path(["HOME=/h"]) == "/h/.cache/swasmc")
    #expect(path(["HOME=/h", "XDG_CACHE_HOME=/x"]) == "/x/swasmc")
    #expect(path(["HOME=/h", "XDG_CACHE_HOME=/x", "SWASMC_CACHE_DIR=/c"]) == "/c")
    #expect(path(["SWASMC_CACHE_DIR=c/d//"]) == "c/d")
    #expect(path(["SWASMC_CACHE_DIR=/"]) == "/")
  }

  @Test func emptyAndRelativeVariablesAreNotUsed() {
    #expect(path([]) == nil)
    #expect(path(["HOME="]) == nil)
    #expect(path(["HOME=h"]) == nil)
    #expect(path(["HOMES=/h", "XHOME=/h", "HOM=/h"]) == nil)
    #expect(path(["HOME=/h", "XDG_CACHE_HOME=x", "SWASMC_CACHE_DIR="]) == "/h/.cache/swasmc")
    #expect(path([HostString("HOME=/" + String(repeating: "h", count: 5000))]) == nil)
  }

  private func opening(_ path: HostString) -> swasmc_cache_opening {
    let opening = path.withCString { swasmc_cache_open($0) }
    if opening.directory >= 0 { close(opening.directory) }
    return opening
  }

  private func make(_ path: HostString, mode: mode_t) {
    path.withCString {
      _ = mkdir($0, 0o700)
      _ = chmod($0, mode)
    }
  }

  @Test func theDirectoryIsMadeForItsOwnerAlone() throws {
    let folder = try CacheFolder()
    let path = folder.file("a/b")
    #expect(opening(path).state == SWASMC_CACHE_ABSENT)
    #expect(path.withCString { swasmc_cache_create($0) } == 0)
    #expect(path.withCString { swasmc_cache_create($0) } == 0)
    #expect(opening(path).state == SWASMC_CACHE_OPEN)
    for made in [path, folder.file("a")] {
      var status = stat()
      #expect(made.withCString { stat($0, &status) } == 0)
      #expect(status.st_mode & 0o7777 == 0o700)
    }
    // Only the last directory above the cache is made.
    #expect(folder.file("c/d/e").withCString { swasmc_cache_create($0) } == -ENOENT)
    #expect(try folder.names() == ["a"])
  }

  @Test(arguments: [0o720, 0o702, 0o777, 0o1777] as [mode_t])
  func aDirectoryThatOthersCanWriteToIsRefused(mode: mode_t) throws {
    let folder = try CacheFolder()
    make(folder.file("a"), mode: mode)
    let own = opening(folder.file("a"))
    #expect(own.state == SWASMC_CACHE_WRITABLE_BY_OTHERS)
    #expect(own.levels_up == 0)
    make(folder.file("a/b"), mode: 0o700)
    make(folder.file("a/b/c"), mode: 0o700)
    let below = opening(folder.file("a/b/c"))
    // In a sticky directory only the owner can exchange a file.
    let isSticky = mode & S_ISVTX != 0
    #expect(below.state == (isSticky ? SWASMC_CACHE_OPEN : SWASMC_CACHE_WRITABLE_BY_OTHERS))
    #expect(below.levels_up == (isSticky ? 0 : 2))
  }

  @Test func linksAndFilesAreNoDirectories() throws {
    let folder = try CacheFolder()
    make(folder.file("real"), mode: 0o700)
    symlink("real", folder.file("link").description)
    try folder.write("file", [])
    #expect(opening(folder.file("real")).state == SWASMC_CACHE_OPEN)
    #expect(opening(folder.file("link")).state == SWASMC_CACHE_IS_NO_DIRECTORY)
    #expect(opening(folder.file("file")).state == SWASMC_CACHE_IS_NO_DIRECTORY)
  }

  @Test(.enabled(if: getuid() == 0, "only root can give files away"))
  func aDirectoryOfAnotherUserIsRefused() throws {
    let folder = try CacheFolder()
    make(folder.file("a"), mode: 0o755)
    make(folder.file("a/b"), mode: 0o700)
    chown(folder.file("a").description, 65534, 65534)
    #expect(opening(folder.file("a")).state == SWASMC_CACHE_OF_ANOTHER_USER)
    let below = opening(folder.file("a/b"))
    #expect(below.state == SWASMC_CACHE_OF_ANOTHER_USER)
    #expect(below.levels_up == 1)
  }

  /// Otherwise root would leave a directory in another user's home that this user cannot use.
  @Test(.enabled(if: getuid() == 0, "only root can give files away"))
  func nothingIsMadeInADirectoryOfOthers() throws {
    let folder = try CacheFolder()
    make(folder.file("home"), mode: 0o755)
    chown(folder.file("home").description, 65534, 65534)
    for path in ["home/swasmc", "home/.cache/swasmc"] {
      #expect(folder.file(path).withCString { swasmc_cache_create($0) } == -EACCES)
    }
    #expect(try runTool("/bin/ls", ["-A", folder.file("home")]).output == [])
  }
}
