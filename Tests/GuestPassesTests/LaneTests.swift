// Which loops over v128 are split into scalar lanes, and which must not be.
import Testing

/// A loop over the arrays at `%a` and `%b`, 100 vectors of 16 bytes, whose body has the places `%p` and `%q` in them.
private func vectors(_ body: String) -> String {
  """
  define void @f(ptr %instance, i32 %a, i32 %b, float %s) {
  entry:
    %base = load ptr addrspace(1), ptr %instance, !invariant.load !9
    %s0 = insertelement <4 x float> poison, float %s, i64 0
    %splat = shufflevector <4 x float> %s0, <4 x float> poison, <4 x i32> zeroinitializer
    br label %head
  head:
    %i = phi i32 [ 0, %entry ], [ %i.next, %head ]
    %pa = add i32 %a, %i
    %xa = zext i32 %pa to i64
    %p = getelementptr i8, ptr addrspace(1) %base, i64 %xa
    %pb = add i32 %b, %i
    %xb = zext i32 %pb to i64
    %q = getelementptr i8, ptr addrspace(1) %base, i64 %xb
    \(body)
    %i.next = add i32 %i, 16
    %again = icmp ne i32 %i.next, 1600
    br i1 %again, label %head, label %exit
  exit:
    ret void
  }
  declare float @llvm.fabs.f32(float)
  declare <4 x float> @llvm.fabs.v4f32(<4 x float>)
  !9 = !{}
  """
}

private let load = "%v = load <4 x float>, ptr addrspace(1) %q, align 1\n"
private func store(_ value: String, to place: String = "%p") -> String {
  "store <4 x float> \(value), ptr addrspace(1) \(place), align 1\n"
}
private let near = "%n = getelementptr i8, ptr addrspace(1) %p, i64 "

@Suite struct LaneTests {
  private func isTakenApart(_ body: String) throws -> Bool {
    let text = try split(vectors(body))
    #expect(text.contains("%inside"), "ranges are compared")
    return text.contains("store float")
  }

  @Test(arguments: [
    load + "%r = fmul <4 x float> %v, %splat\n" + store("%r"),
    load + "%r = fadd <4 x float> %v, splat (float 1.0)\n" + store("%r"),
    load + "%r = call <4 x float> @llvm.fabs.v4f32(<4 x float> %v)\n" + store("%r"),
    // The place of the lane itself, and the place one vector further.
    load + "%w = load <4 x float>, ptr addrspace(1) %p, align 1\n%r = fadd <4 x float> %v, %w\n"
      + store("%r"),
    load + near + "16\n%w = load <4 x float>, ptr addrspace(1) %n, align 1\n"
      + "%r = fadd <4 x float> %v, %w\n" + store("%r"),
  ])
  func lanesThatAreTreatedAlike(body: String) throws {
    #expect(try isTakenApart(body))
  }

  @Test(arguments: [
    // Another lane of the same iteration is read, or written.
    near + "4\n%w = load <4 x float>, ptr addrspace(1) %n, align 1\n" + store("%w"),
    load + near + "12\n" + store("%v") + store("%v", to: "%n"),
    // Lanes differ.
    load + "%r = fadd <4 x float> %v, <float 1.0, float 2.0, float 3.0, float 4.0>\n" + store("%r"),
    load
      + "%r = shufflevector <4 x float> %v, <4 x float> poison, <4 x i32> <i32 1, i32 0, i32 3, i32 2>\n"
      + store("%r"),
    // The counter is used.
    load + "%c = sitofp i32 %i to float\n%c0 = insertelement <4 x float> poison, float %c, i64 0\n"
      + "%cs = shufflevector <4 x float> %c0, <4 x float> poison, <4 x i32> zeroinitializer\n"
      + "%r = fadd <4 x float> %v, %cs\n" + store("%r"),
  ])
  func lanesThatAreNot(body: String) throws {
    #expect(try !isTakenApart(body))
  }

  /// The loop stores to one place and reads from another. Ranges that may overlap are compared before the loop.
  @Test func rangesAreCompared() throws {
    let text = try split(vectors(load + store("%v")))
    #expect(text.contains("%apart = or i1"))
    #expect(
      !(try split(
        vectors(
          "%v = load i32, ptr addrspace(1) %q, align 1\nstore i32 %v, ptr addrspace(1) %p, align 1")
      ))
      .contains("%apart"))
  }
}
