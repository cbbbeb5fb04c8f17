// The next attempt after a module was not proven.
import Testing

@testable import GuestOptimizer

private func failure(_ function: String, isExhausted: Bool = false) -> IsolationFailure {
  IsolationFailure(
    function: function, reason: "", instruction: "", offset: 0, isExhausted: isExhausted)
}

@Suite struct FreedomTests {
  @Test func eachAttemptOptimisesLess() throws {
    let first = try #require(OptimizerFreedom(streams: true).narrowed(by: [failure("f")]))
    #expect(first.withoutStreams == ["f"] && first.scalar.isEmpty && first.unoptimised.isEmpty)
    let second = try #require(first.narrowed(by: [failure("f")]))
    #expect(second.scalar == ["f"] && second.unoptimised.isEmpty)
    let third = try #require(second.narrowed(by: [failure("f")]))
    #expect(third.unoptimised == ["f"] && !third.isNothing)
    let fourth = try #require(third.narrowed(by: [failure("f")]))
    #expect(fourth.isNothing)
    #expect(fourth.narrowed(by: [failure("f")]) == nil)
  }

  /// A function that is too large for the check is left as it was lowered. The others are not.
  @Test func aFunctionTooLargeForTheCheckIsNotOptimised() throws {
    let freedom = OptimizerFreedom(streams: true)
    let first = try #require(
      freedom.narrowed(by: [failure("large", isExhausted: true), failure("f")]))
    #expect(first.unoptimised == ["large"] && first.withoutStreams == ["f"])
    let second = try #require(first.narrowed(by: [failure("f")]))
    #expect(second.unoptimised == ["large"] && second.scalar == ["f"])
    let again = try #require(first.narrowed(by: [failure("large", isExhausted: true)]))
    #expect(again.isNothing)
  }

  /// The attempts end, whatever fails.
  @Test func theAttemptsEnd() {
    var freedom: OptimizerFreedom? = OptimizerFreedom(streams: true)
    for round in 0..<12 {
      freedom = freedom?.narrowed(by: [failure("f\(round)", isExhausted: round % 2 == 0)])
    }
    #expect(freedom == nil)
  }
}
