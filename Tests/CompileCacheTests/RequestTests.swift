// What belongs to a request, and when its record is out of date.

import CCompileCache
import Glibc
import System
import Testing

@Suite struct RequestTests {
  private func requestKey(
    words: [HostString] = ["run", "app.wasm"], environment: [HostString] = ["PATH=/bin"],
    compilerBytes: UInt64 = 1, module: UInt8 = 1
  ) -> [UInt8] {
    var result = swasmc_key()
    var module = key(module)
    var compiler = swasmc_identity()
    compiler.count = compilerBytes
    withCStrings(words) { words in
      withCStrings(environment) { environment in
        var request = swasmc_request(
          compiler: compiler, words: words, word_count: Int32(CommandWords.count(words)),
          environment: environment)
        swasmc_request_key(&request, &module, &result)
      }
    }
    return withUnsafeBytes(of: result) { Array($0) }
  }

  private enum CommandWords {
    static func count(_ words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int {
      var count = 0
      while words[count] != nil { count += 1 }
      return count
    }
  }

  @Test func everythingThatDecidesIsInTheKey() {
    let keys = [
      requestKey(), requestKey(module: 2), requestKey(compilerBytes: 2),
      requestKey(words: ["run", "./app.wasm"]), requestKey(words: ["run", "-O1", "app.wasm"]),
      requestKey(words: ["run", "-O", "1", "app.wasm"]),
      requestKey(words: ["run", "--", "app.wasm"]),
      requestKey(environment: []), requestKey(environment: ["PATH=/usr/bin"]),
      requestKey(environment: ["PATH=/bin", "SWASMC_LINKER=x"]),
      requestKey(environment: ["PATH=/bin", "SWASMC_RUNTIME=x"]),
      requestKey(environment: ["PATH=/bin", "SWASMC_CACHE_SIZE=0"]),
      requestKey(environment: ["PATH=/bin", "LD_LIBRARY_PATH=x"]),
      requestKey(environment: ["PATH=/bin", "LD_PRELOAD=x"]),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test func otherVariablesAreNotInTheKey() {
    #expect(requestKey() == requestKey(environment: ["HOME=/h", "PATH=/bin", "SWASM_DIR=/"]))
  }

  @Test func kindsOfModulesHaveDifferentKeys() {
    var (identity, byIdentity) = (swasmc_identity(), swasmc_key())
    swasmc_module_by_identity(&identity, &byIdentity)
    var (hash, bare) = (swasmc_sha256(), swasmc_key())
    swasmc_sha256_begin(&hash)
    withUnsafeBytes(of: identity) { swasmc_sha256_add(&hash, $0.baseAddress, $0.count) }
    swasmc_sha256_finish(&hash, &bare)
    #expect(!withUnsafeBytes(of: byIdentity) { a in withUnsafeBytes(of: bare, a.elementsEqual) })
  }

  @Test func onlyModulesAreRead() throws {
    let folder = try CacheFolder()
    let module: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    try folder.write("module", module)
    try folder.write("text", Array("(module)".utf8))
    try folder.write("short", [0, 0x61])
    mkfifo(folder.file("pipe").description, 0o600)
    func isModule(_ name: String) -> Bool {
      var key = swasmc_key()
      return folder.file(name).withCString { swasmc_module_by_contents($0, &key) }
    }
    #expect(isModule("module"))
    for name in ["text", "short", "pipe", "absent", ""] { #expect(!isModule(name)) }
  }

  // MARK: Records

  private func holds(_ record: swasmc_record) -> Bool {
    var (record, product, file) = (record, swasmc_key(), swasmc_identity())
    return swasmc_record_holds(&record, &product, &file)
  }

  private func record(_ paths: [HostString]) -> swasmc_record {
    var (record, product, none) = (swasmc_record(), key(7), swasmc_identity())
    swasmc_record_begin(&record, &product, &none)
    for path in paths { #expect(path.withCString { swasmc_record_add(&record, $0) }) }
    return record
  }

  @Test func aRecordHoldsWhileItsFilesStay() throws {
    let folder = try CacheFolder()
    try folder.write("a", [1])
    try folder.write("b", [2])
    let record = record([folder.file("a"), folder.file("b")])
    #expect(holds(record))
    try folder.write("b", [2])
    #expect(!holds(record))
    folder.file("b").withCString { _ = unlink($0) }
    #expect(!holds(record))
  }

  /// Only a cut before the first file leaves a record, one without files.
  @Test func aRecordThatIsCutShortDoesNotHold() throws {
    let folder = try CacheFolder()
    try folder.write("a", [1])
    var record = record([folder.file("a")])
    let whole = record.count
    let head = MemoryLayout<swasmc_key>.size + MemoryLayout<swasmc_identity>.size
    for count in 0..<whole where count != head {
      record.count = count
      #expect(!holds(record), "\(count) of \(whole)")
    }
    record.count = Int(SWASMC_RECORD_BYTES) + 1
    #expect(!holds(record))
  }

  @Test func recordsHaveAbsolutePathsThatFit() throws {
    var record = record([])
    #expect(!"etc/passwd".withCString { swasmc_record_add(&record, $0) })
    let long = "/" + String(repeating: "./", count: 1000) + "etc/passwd"
    #expect(!long.withCString { swasmc_record_add(&record, $0) })
    #expect("/etc/passwd".withCString { swasmc_record_add(&record, $0) })
  }
}
