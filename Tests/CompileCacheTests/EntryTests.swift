// An entry is what was stored, or it is not used.

import CCompileCache
import Glibc
import System
import Testing

@Suite struct EntryTests {
  private let contents = Array("an executable".utf8)

  @Test func whatIsStoredIsFound() throws {
    let folder = try CacheFolder()
    for bytes in [[], contents, (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7) }] {
      #expect(folder.store(key(1), bytes) == 0)
      #expect(folder.read(key(1)) == .contents(bytes))
    }
    #expect(folder.read(key(2)) == .failure(-ENOENT))
    #expect(folder.read(key(1), kind: SWASMC_ENTRY_REQUEST) == .failure(-ENOENT))
    #expect(try folder.names() == [name("p", 1)])
  }

  @Test func productsAreExecutableAndReadOnly() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    #expect(folder.store(key(1), contents, kind: SWASMC_ENTRY_REQUEST) == 0)
    #expect(folder.store(key(1), contents, kind: SWASMC_ENTRY_OBJECT) == 0)
    for (kind, mode) in [("p", 0o500), ("r", 0o600), ("o", 0o600)] as [(String, mode_t)] {
      var status = stat()
      #expect(folder.file(name(kind, 1)).withCString { stat($0, &status) } == 0)
      #expect(status.st_mode & 0o7777 == mode)
    }
  }

  @Test func everyTruncationIsSeen() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    let whole = try folder.bytes(name("p", 1))
    for count in 0..<whole.count {
      try folder.write(name("p", 1), Array(whole.prefix(count)))
      #expect(folder.read(key(1)) == .failure(-EBADMSG), "\(count)")
    }
    try folder.write(name("p", 1), whole + [0])
    #expect(folder.read(key(1)) == .failure(-EBADMSG))
    try folder.write(name("p", 1), whole)
    #expect(folder.read(key(1)) == .contents(contents))
  }

  /// Changes the lowest and the highest bit of every byte but the last eight, which count hits.
  @Test func aChangeOfAnyByteIsSeen() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    let whole = try folder.bytes(name("p", 1))
    for index in 0..<whole.count - 8 {
      for bit in [0, 7] {
        var changed = whole
        changed[index] ^= 1 << bit
        try folder.write(name("p", 1), changed)
        #expect(folder.read(key(1)) == .failure(-EBADMSG), "byte \(index)")
      }
    }
  }

  @Test func anEntryUnderAnotherNameIsNotUsed() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    try folder.write(name("p", 2), try folder.bytes(name("p", 1)))
    #expect(folder.read(key(2)) == .failure(-EBADMSG))
  }

  @Test(arguments: [0o520, 0o502, 0o777] as [mode_t])
  func anEntryThatOthersCanWriteToIsNotUsed(mode: mode_t) throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    chmod(folder.file(name("p", 1)).description, mode)
    #expect(folder.read(key(1)) == .failure(-EBADMSG))
  }

  @Test(.enabled(if: getuid() == 0, "only root can give files away"))
  func anEntryOfAnotherUserIsNotUsed() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    chown(folder.file(name("p", 1)).description, 65534, 65534)
    #expect(folder.read(key(1)) == .failure(-EBADMSG))
  }

  @Test func onlyRegularFilesAreUsed() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    let target = folder.file(name("p", 1)).description
    symlink(target, folder.file(name("p", 2)).description)
    mkfifo(folder.file(name("p", 3)).description, 0o500)
    mkdir(folder.file(name("p", 4)).description, 0o500)
    mkfifo(folder.file(name("r", 5)).description, 0o600)
    mkdir(folder.file(name("r", 6)).description, 0o700)
    for number in UInt8(2)...4 { #expect(folder.read(key(number)) == .failure(-EBADMSG)) }
    for number in UInt8(5)...6 {
      #expect(folder.read(key(number), kind: SWASMC_ENTRY_REQUEST) == .failure(-EBADMSG))
    }
    for number in UInt8(2)...4 {
      var removed = key(number)
      swasmc_entry_remove(folder.directory, SWASMC_ENTRY_PRODUCT, &removed)
      #expect(folder.store(key(number), contents) == 0)
      #expect(folder.read(key(number)) == .contents(contents))
    }
  }

  @Test func requestsCountTheirHits() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents, kind: SWASMC_ENTRY_REQUEST) == 0)
    for hits in UInt64(0)..<3 {
      var entry = swasmc_entry()
      var wanted = key(1)
      #expect(
        swasmc_entry_open(folder.directory, SWASMC_ENTRY_REQUEST, &wanted, nil, 0, &entry) == 0)
      #expect(entry.hits == hits)
      swasmc_request_touch(&entry)
      close(entry.file)
    }
    var all = swasmc_cache_contents()
    swasmc_cache_count(folder.directory, &all)
    #expect(all.hits == 3)
    #expect(folder.read(key(1), kind: SWASMC_ENTRY_REQUEST) == .contents(contents))
  }

  // MARK: Products that are not read again

  private func identity(_ path: HostString) -> swasmc_identity {
    var identity = swasmc_identity()
    #expect(path.withCString { swasmc_identify($0, &identity) })
    return identity
  }

  private func open(_ folder: CacheFolder, _ identity: swasmc_identity) -> Int32 {
    var (identity, wanted, file) = (identity, key(1), Int32(-1))
    let code = swasmc_product_open(folder.directory, &wanted, &identity, &file)
    if code == 0 { close(file) }
    return code
  }

  @Test func aProductWithTheSameIdentityIsOpened() throws {
    let folder = try CacheFolder()
    #expect(folder.store(key(1), contents) == 0)
    let path = folder.file(name("p", 1))
    let stored = identity(path)
    #expect(open(folder, stored) == 0)
    // A change counts, even if it has been undone.
    let whole = try folder.bytes(name("p", 1))
    try folder.write(name("p", 1), whole)
    setTime(path, seconds: Int(stored.modified))
    #expect(open(folder, stored) == -ESTALE)
    let second = identity(path)
    #expect(open(folder, second) == 0)
    chmod(path.description, 0o502)
    #expect(open(folder, identity(path)) == -ESTALE)
    #expect(open(folder, swasmc_identity()) == -EBADMSG)
    chmod(path.description, 0o500)
    #expect(open(folder, second) == -ESTALE)
    #expect(open(folder, swasmc_identity()) == 0)
  }

  @Test func aProductWithoutAnIdentityIsRead() throws {
    let folder = try CacheFolder()
    #expect(open(folder, swasmc_identity()) == -ENOENT)
    #expect(folder.store(key(1), contents) == 0)
    #expect(open(folder, swasmc_identity()) == 0)
    var whole = try folder.bytes(name("p", 1))
    whole[0] ^= 1
    try folder.write(name("p", 1), whole)
    #expect(open(folder, swasmc_identity()) == -EBADMSG)
  }

  /// A change right after `swasmc_settle` gives the file another identity.
  @Test func aSettledFileShowsEveryChange() throws {
    let folder = try CacheFolder()
    for round in 0..<20 {
      try folder.write("module", [UInt8(round)], mode: 0o600)
      let file = try FileDescriptor.open(folder.file("module"), O_RDWR)
      var settled = swasmc_identity()
      guard swasmc_settle(file.raw, &settled) else { return }
      var byte = UInt8(round) ^ 0xff
      #expect(pwrite(file.raw, &byte, 1, 0) == 1)
      #expect(identity(folder.file("module")) != settled)
    }
  }

  @Test func aSettledFileShowsEveryChangeOfAMapping() throws {
    let folder = try CacheFolder()
    try folder.write("module", [1, 2, 3], mode: 0o600)
    let file = try FileDescriptor.open(folder.file("module"), O_RDWR)
    let mapped = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.raw, 0)!
    defer { munmap(mapped, 4096) }
    let bytes = mapped.assumingMemoryBound(to: UInt8.self)
    for round in UInt8(0)..<20 {
      bytes[0] = round
      var settled = swasmc_identity()
      guard swasmc_settle(file.raw, &settled) else { return }
      bytes[0] = 0xff
      #expect(identity(folder.file("module")) != settled)
    }
  }
}

private func != (a: swasmc_identity, b: swasmc_identity) -> Bool {
  withUnsafeBytes(of: a) { a in withUnsafeBytes(of: b) { b in !a.elementsEqual(b) } }
}
