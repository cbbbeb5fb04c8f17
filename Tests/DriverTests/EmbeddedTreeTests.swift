// What --embed reads, what it refuses, and the form of the tree in the executable.

import CSwasmABI
import Glibc
import System
import Testing

@testable import Driver

@Suite struct EmbeddedTreeTests {
  private func makeDirectory(_ path: HostString) {
    _ = path.withCString { mkdir($0, 0o755) }
  }

  private func link(_ target: HostString, _ path: HostString) {
    _ = target.withCString { target in path.withCString { symlink(target, $0) } }
  }

  /// a (file), b/ (c, and links that stay inside), z/ (empty)
  private func tree() throws -> Scratch {
    let scratch = try Scratch()
    makeDirectory(scratch.file("z"))
    makeDirectory(scratch.file("b"))
    try scratch.write("b/c", [1, 2, 3])
    link("../a", scratch.file("b/up"))
    try scratch.write("a", Array("text".utf8))
    return scratch
  }

  private func read(_ scratch: Scratch) throws(DriverError) -> EmbeddedTree {
    try EmbeddedTree(reading: [EmbeddedDirectory(host: scratch.path, guest: "/lib")])
  }

  private func message(_ scratch: Scratch) throws -> String {
    let error = #expect(throws: DriverError.self) { try read(scratch) }
    #expect(error?.exitStatus == 1)
    return try #require(error).message.text
  }

  @Test func entriesAreNeighboursInTheOrderOfTheirNames() throws {
    let nodes = try read(tree()).nodes
    #expect(
      nodes.map { String(decoding: $0.name, as: UTF8.self) } == ["/lib", "a", "b", "z", "c", "up"])
    #expect(nodes.map(\.entries) == [1..<4, 0..<0, 4..<6, 6..<6, 0..<0, 0..<0])
    #expect(nodes.map(\.parent) == [0, 0, 0, 0, 2, 2])
    #expect(nodes[1].content == .file(Array("text".utf8)))
    #expect(nodes[5].content == .link(Array("../a".utf8)))
  }

  @Test func theFormIsThatOfTheRuntime() throws {
    let bytes = try read(tree()).encoded()
    let headerBytes = MemoryLayout<swasm_embedded_header>.size
    bytes.withUnsafeBytes { memory in
      let header = memory.loadUnaligned(as: swasm_embedded_header.self)
      #expect(header.root_count == 1 && header.node_count == 6)
      func node(_ number: Int) -> swasm_embedded_node {
        memory.loadUnaligned(
          fromByteOffset: headerBytes + number * MemoryLayout<swasm_embedded_node>.size,
          as: swasm_embedded_node.self)
      }
      func text(_ offset: UInt32, _ count: UInt32) -> [UInt8] {
        Array(memory[Int(offset)..<Int(offset + count)])
      }
      #expect(text(node(0).name, 5) == Array("/lib\0".utf8))
      #expect(node(2).kind == UInt32(SWASM_EMBEDDED_DIRECTORY))
      #expect(node(2).content == 4 && node(2).size == 2)
      #expect(node(4).kind == UInt32(SWASM_EMBEDDED_FILE) && node(4).parent == 2)
      #expect(text(node(4).content, node(4).size) == [1, 2, 3])
      #expect(node(5).kind == UInt32(SWASM_EMBEDDED_LINK))
      #expect(text(node(5).content, node(5).size) == Array("../a".utf8))
    }
  }

  @Test func equalTreesHaveEqualBytes() throws {
    let first = try tree()
    let second = try tree()
    let path = second.file("a")
    #expect(path.withCString { chmod($0, 0o600) } == 0)
    var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
    #expect(path.withCString { utimensat(AT_FDCWD, $0, &times, 0) } == 0)
    #expect(try read(first).encoded() == read(second).encoded())
  }

  @Test(
    arguments: [
      ("a", 0, true), ("../a", 1, true), ("../a", 0, false), ("x/../../a", 0, false),
      ("./../a", 1, true), ("..", 1, true), ("..", 0, false), ("/a", 3, false), ("a/..", 0, true),
    ])
  func linksStayInside(target: String, depth: Int, stays: Bool) {
    #expect(EmbeddedTree.staysInside(Array(target.utf8), depth: depth) == stays)
  }

  @Test func aLinkThatLeavesIsRefusedByItsName() throws {
    let scratch = try tree()
    link("../../etc", scratch.file("b/out"))
    let text = try message(scratch)
    #expect(text.contains("the symbolic link \(scratch.path)/b/out leads out of the directory"))
  }

  @Test func aPipeIsRefused() throws {
    let scratch = try tree()
    #expect(scratch.file("b/pipe").withCString { mkfifo($0, 0o600) } == 0)
    #expect(try message(scratch).contains("b/pipe is neither a file, a directory nor"))
  }

  @Test func aNameThatIsNotUTF8IsRefused() throws {
    let scratch = try tree()
    try scratch.write(HostString(bytes: [0x61, 0xff]), [])
    #expect(try message(scratch).contains("is not UTF-8"))
  }

  @Test func whatIsNoDirectoryIsRefused() throws {
    let scratch = try tree()
    for (name, text) in [("none", "No such file"), ("a", "it is a file")] {
      let directory = EmbeddedDirectory(host: scratch.file(HostString(name)), guest: "/x")
      let error = #expect(throws: DriverError.self) { try EmbeddedTree(reading: [directory]) }
      #expect(error?.message.text.contains(text) == true)
    }
  }

  @Test func aDirectoryMayBeNamedByALink() throws {
    let scratch = try tree()
    link("b", scratch.file("link"))
    let directory = EmbeddedDirectory(host: scratch.file("link"), guest: "/x")
    // `up` leads out of b.
    #expect(throws: DriverError.self) { try EmbeddedTree(reading: [directory]) }
    _ = scratch.file("b/up").withCString { unlink($0) }
    #expect(try EmbeddedTree(reading: [directory]).nodes.count == 2)
  }

  /// Somebody who puts a link in the place of a directory while it is read gets nothing from outside.
  @Test func noPartOfAWayIsALink() throws {
    let scratch = try tree()
    link("b", scratch.file("link"))
    let root = try EmbeddedSource(root: scratch.path)
    #expect(try EmbeddedSource(["b"], below: root).entries() == ["c", "up"])
    let error = #expect(throws: DriverError.self) {
      _ = try EmbeddedSource(["link"], below: EmbeddedSource(root: scratch.path))
    }
    #expect(error?.message.text.contains("was replaced while it was read") == true)
    #expect(throws: DriverError.self) { _ = try root.content(of: "absent", limit: 1) }
  }

  @Test func theOptionHasTwoNames() {
    #expect(EmbeddedDirectory("a::b") == EmbeddedDirectory(host: "a", guest: "b"))
    #expect(EmbeddedDirectory("a") == EmbeddedDirectory(host: "a", guest: "a"))
    #expect(EmbeddedDirectory("::b") == nil && EmbeddedDirectory("a::") == nil)
    #expect(EmbeddedDirectory("") == nil)
    #expect(EmbeddedDirectory(HostString(bytes: Array("a::".utf8) + [0xff])) == nil)
  }
}
