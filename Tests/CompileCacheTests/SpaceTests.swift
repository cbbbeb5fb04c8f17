// The cache stays within its bound, and what killed processes left goes away.

import CCompileCache
import Glibc
import System
import Testing

@Suite struct SpaceTests {
  private let entryBytes = 1000

  private func bytes(_ folder: CacheFolder) -> UInt64 {
    var contents = swasmc_cache_contents()
    swasmc_cache_count(folder.directory, &contents)
    return contents.bytes
  }

  /// Stores products 1 to `count`, each used one second after the one before. Returns the size of one entry in bytes.
  private func fill(_ folder: CacheFolder, count: UInt8) throws -> UInt64 {
    for number in 1...count {
      #expect(folder.store(key(number), Array(repeating: number, count: entryBytes)) == 0)
      setTime(folder.file(name("p", number)), seconds: 1_000_000 + Int(number))
    }
    return bytes(folder) / UInt64(count)
  }

  @Test func leastRecentlyUsedEntriesAreRemovedFirst() throws {
    let folder = try CacheFolder()
    let each = try fill(folder, count: 5)
    setTime(folder.file(name("p", 1)), seconds: 2_000_000)
    let contents = [UInt8](repeating: 6, count: entryBytes)
    #expect(folder.store(key(6), contents, limit: 4 * each) == 0)
    #expect(
      try folder.names() == [name("p", 1), name("p", 4), name("p", 5), name("p", 6)])
  }

  @Test func objectsAreCountedAndRemovedToo() throws {
    let folder = try CacheFolder()
    let each = try fill(folder, count: 2)
    let object = [UInt8](repeating: 3, count: entryBytes)
    #expect(folder.store(key(3), object, kind: SWASMC_ENTRY_OBJECT) == 0)
    setTime(folder.file(name("o", 3)), seconds: 1_000_000)
    var contents = swasmc_cache_contents()
    swasmc_cache_count(folder.directory, &contents)
    #expect([contents.products, contents.objects, contents.bytes] == [2, 1, 3 * each])
    swasmc_cache_make_room(folder.directory, 2 * each)
    #expect(try folder.names() == [name("p", 1), name("p", 2)])
  }

  /// The launcher notes a use in the request, since the product must stay as it is.
  @Test func aUseOfARequestIsAUseOfItsProduct() throws {
    let folder = try CacheFolder()
    let each = try fill(folder, count: 4)
    var (product, record, none) = (key(1), swasmc_record(), swasmc_identity())
    swasmc_record_begin(&record, &product, &none)
    let words = withUnsafeBytes(of: record) { Array($0.dropFirst(8).prefix(record.count)) }
    #expect(folder.store(key(9), words, kind: SWASMC_ENTRY_REQUEST) == 0)
    swasmc_cache_make_room(folder.directory, 2 * each + 500)
    #expect(try folder.names() == [name("p", 1), name("p", 4), name("r", 9)])
  }

  @Test func theBoundIsKeptWhateverIsStored() throws {
    let folder = try CacheFolder()
    let limit: UInt64 = 20_000
    var random: UInt64 = 1
    for number in UInt8(0)..<100 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let contents = [UInt8](repeating: number, count: Int(random >> 33) % 25_000)
      let code = folder.store(key(number), contents, limit: limit)
      #expect(code == 0 || code == -EFBIG)
      #expect(bytes(folder) <= limit)
      if code == 0 { #expect(folder.read(key(number)) == .contents(contents)) }
    }
  }

  @Test func anEntryLargerThanTheBoundIsNotStored() throws {
    let folder = try CacheFolder()
    let each = try fill(folder, count: 2)
    #expect(folder.store(key(3), [UInt8](repeating: 3, count: 5000), limit: 3 * each) == -EFBIG)
    #expect(folder.store(key(3), [], limit: 0) == -EFBIG)
    #expect(try folder.names() == [name("p", 1), name("p", 2)])
  }

  @Test func anOpenProductCanStillBeRead() throws {
    let folder = try CacheFolder()
    _ = try fill(folder, count: 1)
    let file = try FileDescriptor.open(folder.file(name("p", 1)), O_RDONLY)
    swasmc_cache_make_room(folder.directory, 1)
    #expect(try folder.names() == [])
    #expect(try file.readAll(expectedBytes: 0, limitBytes: 1 << 20).prefix(3) == [1, 1, 1])
  }

  @Test func onlyTemporaryFilesOfLivingProcessesStay() throws {
    let folder = try CacheFolder()
    try folder.write(name("t", 1), [1, 2, 3], mode: 0o600)
    try folder.write(name("t", 2), [1, 2, 3], mode: 0o600)
    let held = try FileDescriptor.open(folder.file(name("t", 2)), O_RDONLY)
    #expect(flock(held.raw, LOCK_EX | LOCK_NB) == 0)
    #expect(folder.store(key(3), [3]) == 0)
    #expect(try folder.names() == [name("p", 3), name("t", 2)])
  }

  /// Every writer removes the temporary files that no writer has locked, and another may just have made one.
  @Test func writersDoNotDisturbEachOther() async throws {
    let folder = try CacheFolder()
    let directory = folder.directory
    let results = await withTaskGroup(of: [Int32].self) { group in
      for writer in 1...UInt8(8) {
        group.addTask {
          (0..<300).map { _ in
            var key = key(writer)
            return swasmc_entry_store(
              directory, SWASMC_ENTRY_PRODUCT, &key, [writer], 1, 1 << 30)
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(results) == [0])
    #expect(try folder.names() == (1...8).map { name("p", $0) })
  }

  @Test func clearingLeavesOtherFiles() throws {
    let folder = try CacheFolder()
    _ = try fill(folder, count: 3)
    let others = ["notes", "p-short", name("q", 1), "p-" + String(repeating: "Z", count: 64)]
    for other in others { try folder.write(other, [1]) }
    swasmc_cache_make_room(folder.directory, 0)
    #expect(try folder.names().sorted() == others.sorted())
  }
}
