// Code that only an exception reaches moves out of the function. Some code must stay where it is.
import Foundation
import Testing

/// The module with these functions, after the pass.
private func outlined(_ functions: String...) throws -> String {
  let rest = """
    @instance = external global ptr
    declare i32 @personality(...)
    declare void @swasm_throw(ptr) #1
    attributes #1 = { cold noreturn }
    !0 = !{}
    """
  return try split(functions.joined(separator: "\n") + "\n" + rest, by: "outline-handlers")
}

/// Returns early without a frame, or calls itself and handles the exceptions of that call.
private let f = """
  define internal fastcc i32 @f(i32 %n) personality ptr @personality {
  entry:
    %base = load ptr, ptr @instance, !invariant.load !0
    %small = icmp ult i32 %n, 2
    br i1 %small, label %done, label %call
  call:
    %less = sub i32 %n, 1
    %a = invoke fastcc i32 @f(i32 %less) to label %done unwind label %pad
  pad:
    %thrown = landingpad { ptr, i32 } cleanup
    %exception = extractvalue { ptr, i32 } %thrown, 0
    %slot = getelementptr i8, ptr %base, i64 16
    store i32 %n, ptr %slot
    %code = load i32, ptr %exception
    %more = add i32 %code, %n
    br label %done
  done:
    %result = phi i32 [ %n, %entry ], [ %a, %call ], [ %more, %pad ]
    ret i32 %result
  }
  """

/// Two handlers mark their exceptions at one place, and throw them again.
private let joined = """
  define internal fastcc i32 @joined(i32 %n) personality ptr @personality {
  entry:
    %a = invoke fastcc i32 @f(i32 %n) to label %next unwind label %pad1
  next:
    %b = invoke fastcc i32 @f(i32 %a) to label %done unwind label %pad2
  pad1:
    %thrown1 = landingpad { ptr, i32 } cleanup
    %exception1 = extractvalue { ptr, i32 } %thrown1, 0
    %flag1 = getelementptr i8, ptr %exception1, i64 28
    br label %mark
  pad2:
    %thrown2 = landingpad { ptr, i32 } cleanup
    %exception2 = extractvalue { ptr, i32 } %thrown2, 0
    %flag2 = getelementptr i8, ptr %exception2, i64 28
    br label %mark
  mark:
    %flag = phi ptr [ %flag1, %pad1 ], [ %flag2, %pad2 ]
    %exception = phi ptr [ %exception1, %pad1 ], [ %exception2, %pad2 ]
    store volatile i8 1, ptr %flag
    call void @swasm_throw(ptr %exception) #1
    unreachable
  done:
    ret i32 %b
  }
  """

/// Throws, and calls nothing else.
private let thrower = """
  define internal fastcc i32 @thrower(i32 %n) {
  entry:
    %base = load ptr, ptr @instance, !invariant.load !0
    %bad = icmp slt i32 %n, 0
    br i1 %bad, label %throw, label %good
  throw:
    %slot = getelementptr i8, ptr %base, i64 16
    store i32 %n, ptr %slot
    call void @swasm_throw(ptr %slot) #1
    unreachable
  good:
    ret i32 %n
  }
  """

/// Calls, and neither handles nor throws.
private let plain = """
  define internal fastcc i32 @plain(i32 %n) {
  entry:
    %small = icmp ult i32 %n, 2
    br i1 %small, label %done, label %call
  call:
    %a = call fastcc i32 @f(i32 %n)
    br label %done
  done:
    %result = phi i32 [ %n, %entry ], [ %a, %call ]
    ret i32 %result
  }
  """

/// Ends its handler with a tail call.
private let handler = """
  define internal tailcc i32 @handler(i32 %n) personality ptr @personality {
  entry:
    %a = invoke fastcc i32 @f(i32 %n) to label %done unwind label %pad
  pad:
    %thrown = landingpad { ptr, i32 } cleanup
    %exception = extractvalue { ptr, i32 } %thrown, 0
    %code = load i32, ptr %exception
    %b = musttail call tailcc i32 @handler(i32 %code)
    ret i32 %b
  done:
    ret i32 %a
  }
  """

/// In its handler only a phi uses the argument. The phi gets it on an edge without an exception.
private let phi = """
  define internal fastcc i32 @phi(i32 %n) personality ptr @personality {
  entry:
    %bad = icmp slt i32 %n, 0
    br i1 %bad, label %throw, label %call
  call:
    %a = invoke fastcc i32 @f(i32 1) to label %done unwind label %pad
  pad:
    %thrown = landingpad { ptr, i32 } cleanup
    %exception = extractvalue { ptr, i32 } %thrown, 0
    br label %throw
  throw:
    %slot = phi ptr [ null, %entry ], [ %exception, %pad ]
    %value = phi i32 [ %n, %entry ], [ 3, %pad ]
    store i32 %value, ptr %slot
    call void @swasm_throw(ptr %slot) #1
    unreachable
  done:
    ret i32 %a
  }
  """

/// Returns without a call, or calls and then always throws. A tail call keeps that code where it is.
private let doomed = """
  define internal tailcc i32 @doomed(i32 %n) personality ptr @personality {
  entry:
    %small = icmp ult i32 %n, 2
    br i1 %small, label %done, label %call
  call:
    %a = invoke fastcc i32 @f(i32 %n) to label %throw unwind label %pad
  throw:
    %made = call ptr @exception(i32 %n)
    call void @swasm_throw(ptr %made) #1
    unreachable
  pad:
    %thrown = landingpad { ptr, i32 } cleanup
    %b = musttail call tailcc i32 @doomed(i32 %n)
    ret i32 %b
  done:
    ret i32 %n
  }
  """

@Suite struct OutlineHandlersTests {
  /// Without a limit, the pass would move the offset round and round.
  @Test func codeThatCannotRunMayAddToItself() throws {
    let dead = joined.replacingOccurrences(
      of: "done:",
      with: """
          dead:
            %address = phi ptr [ %more, %dead ]
            %more = getelementptr i8, ptr %address, i64 28
            br label %dead
          done:
        """)
    #expect(try outlined(dead, "declare fastcc i32 @f(i32)").contains("@joined.cold"))
  }

  @Test func anAddressInOneOfSeveralExceptionsIsComputedAfterTheChoice() throws {
    let text = try outlined(joined, "declare fastcc i32 @f(i32)")
    let cold = body(of: "joined.cold", in: text)
    #expect(cold.contains("(ptr %exception)"), "\(text)")
    #expect(cold.contains("getelementptr i8, ptr %exception, i64 28"), "\(text)")
  }

  @Test func handlerBecomesAColdFunctionThatLoadsWhatItNeeds() throws {
    let text = try outlined(f)
    let handler = body(of: "f.cold", in: text)
    #expect(handler.contains("load ptr, ptr @instance"))
    #expect(handler.contains("load i32, ptr %exception"))
    #expect(!body(of: "f.framed", in: text).contains("@instance"))
  }

  @Test func earlyReturnStaysBeforeTheFrame() throws {
    let text = try outlined(f)
    let entry = body(of: "f", in: text)
    #expect(entry.contains("icmp ult i32 %n, 2"))
    #expect(entry.contains("tail call fastcc i32 @f.framed"))
    #expect(!entry.contains("invoke") && !entry.contains("alloca"))
    #expect(body(of: "f.framed", in: text).contains("invoke fastcc i32 @f("))
  }

  @Test func valueForTheHandlerIsKeptInTheFrame() throws {
    let framed = body(of: "f.framed", in: try outlined(f))
    guard let store = framed.range(of: "store i32 %0, ptr %.kept"),
      let invoke = framed.range(of: "invoke"), let load = framed.range(of: "load i32, ptr %.kept")
    else {
      Issue.record("nothing is kept: \(framed)")
      return
    }
    #expect(store.lowerBound < invoke.lowerBound && invoke.lowerBound < load.lowerBound)
  }

  @Test func throwBeforeAnyCallLeavesByATailCall() throws {
    let text = try outlined(thrower)
    #expect(body(of: "thrower", in: text).contains("tail call fastcc void @thrower.cold"))
    #expect(body(of: "thrower.cold", in: text).contains("call void @swasm_throw"))
  }

  @Test func functionWithoutExceptionsIsLeftAlone() throws {
    let text = try outlined(plain, "declare fastcc i32 @f(i32)")
    #expect(!text.contains("plain.") && !text.contains("tail call"))
  }

  /// A call that must be a tail call cannot return to the function from which it would be moved.
  @Test func handlerThatEndsInATailCallStays() throws {
    let text = try outlined(handler, "declare fastcc i32 @f(i32)")
    #expect(body(of: "handler", in: text).contains("musttail call tailcc i32 @handler"))
    #expect(!text.contains("handler.cold"))
  }

  @Test func valueThatOnlyAPhiOfTheHandlerUsesStaysWhereItIs() throws {
    let text = try outlined(phi, "declare fastcc i32 @f(i32)")
    #expect(text.contains("@swasm_throw") && !text.contains("%n.kept"))
  }

  @Test func frameOfAFunctionThatAlwaysThrowsKeepsNothing() throws {
    let text = try outlined(
      doomed, "declare fastcc i32 @f(i32)\ndeclare ptr @exception(i32)")
    #expect(text.contains("@doomed.framed") && !text.contains(".kept"))
  }
}
