; Takes the place of generated code: frames of LLVM's tailcc functions that the unwinder must handle. exceptions.c calls
; every `t_*` function, with an instance whose tag 0 has one i64.

declare ptr @swasm_exception_new(ptr, i32, i32)
declare void @swasm_throw(ptr) noreturn cold
declare void @swasm_exception_free(ptr)
declare void @swasm_personality()
declare i64 @host_call_again(ptr, i64)

; Overwrites every register that a call preserves.
define internal void @clobber() alwaysinline {
  call void asm sideeffect "xor %ebx, %ebx; xor %r12d, %r12d; xor %r13d, %r13d; xor %r14d, %r14d; xor %r15d, %r15d", "~{rbx},~{r12},~{r13},~{r14},~{r15},~{dirflag},~{fpsr},~{flags}"()
  ret void
}

define internal i64 @opaque(i64 %value) alwaysinline {
  %copy = call i64 asm sideeffect "", "=r,0,~{dirflag},~{fpsr},~{flags}"(i64 %value)
  ret i64 %copy
}

define internal tailcc void @throw(ptr %instance, i64 %value) noinline uwtable noreturn {
  %exception = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  %slot = getelementptr i8, ptr %exception, i64 48
  store i64 %value, ptr %slot
  call void @clobber()
  call void @swasm_throw(ptr %exception)
  unreachable
}

define internal i64 @take(ptr %exception) alwaysinline {
  %slot = getelementptr i8, ptr %exception, i64 48
  %value = load i64, ptr %slot
  call void @swasm_exception_free(ptr %exception)
  ret i64 %value
}

; Throws `i` if `depth` is 0. Each level above has two stack arguments.
define internal tailcc i64 @dig(ptr %instance, i64 %depth, i64 %a, i64 %b, i64 %c, i64 %d, i64 %h, i64 %i) noinline uwtable "disable-tail-calls"="true" {
  %bottom = icmp eq i64 %depth, 0
  br i1 %bottom, label %throw, label %deeper
throw:
  call tailcc void @throw(ptr %instance, i64 %i)
  unreachable
deeper:
  %less = sub i64 %depth, 1
  %a1 = add i64 %a, %h
  %r = call tailcc i64 @dig(ptr %instance, i64 %less, i64 %a1, i64 %a, i64 %b, i64 %c, i64 %d, i64 %i)
  %sum = add i64 %r, %a
  ret i64 %sum
}

define i64 @t_caught(ptr %instance, i64 %depth) uwtable personality ptr @swasm_personality {
  %r = invoke tailcc i64 @dig(ptr %instance, i64 %depth, i64 1, i64 2, i64 3, i64 4, i64 5, i64 42)
    to label %returned unwind label %pad
returned:
  ret i64 %r
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %value = call i64 @take(ptr %e)
  ret i64 %value
}

; Ten values live across the call, in preserved registers and in the frame; stack arguments on both sides.
define internal tailcc i64 @pressure(ptr %instance, i64 %s, i64 %a3, i64 %a4, i64 %a5, i64 %a6, i64 %a7, i64 %a8) noinline uwtable personality ptr @swasm_personality {
  %v0 = call i64 @opaque(i64 %s)
  %v1 = mul i64 %v0, 3
  %v2 = mul i64 %v1, 5
  %v3 = add i64 %v2, %a3
  %v4 = mul i64 %v3, 7
  %v5 = xor i64 %v4, %a4
  %v6 = mul i64 %v5, 11
  %v7 = add i64 %v6, %a5
  %v8 = mul i64 %v7, 13
  %v9 = xor i64 %v8, %a7
  %o1 = call i64 @opaque(i64 %v1)
  %o2 = call i64 @opaque(i64 %v2)
  %o3 = call i64 @opaque(i64 %v3)
  %o4 = call i64 @opaque(i64 %v4)
  %o5 = call i64 @opaque(i64 %v5)
  %o6 = call i64 @opaque(i64 %v6)
  %o7 = call i64 @opaque(i64 %v7)
  %o8 = call i64 @opaque(i64 %v8)
  %o9 = call i64 @opaque(i64 %v9)
  %r = invoke tailcc i64 @dig(ptr %instance, i64 3, i64 %o1, i64 %o2, i64 %o3, i64 %o4, i64 %o5, i64 1000)
    to label %returned unwind label %pad
returned:
  ret i64 %r
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %value = call i64 @take(ptr %e)
  %x1 = add i64 %value, %o1
  %x2 = add i64 %x1, %o2
  %x3 = add i64 %x2, %o3
  %x4 = add i64 %x3, %o4
  %x5 = add i64 %x4, %o5
  %x6 = add i64 %x5, %o6
  %x7 = add i64 %x6, %o7
  %x8 = add i64 %x7, %o8
  %x9 = add i64 %x8, %o9
  %x10 = add i64 %x9, %a8
  ret i64 %x10
}

; Returns the difference between the result of `pressure` and the same sum, computed without a throw.
define i64 @t_pressure(ptr %instance, i64 %s) uwtable {
  %got = call tailcc i64 @pressure(ptr %instance, i64 %s, i64 3, i64 4, i64 5, i64 6, i64 7, i64 8)
  %v1 = mul i64 %s, 3
  %v2 = mul i64 %v1, 5
  %v3 = add i64 %v2, 3
  %v4 = mul i64 %v3, 7
  %v5 = xor i64 %v4, 4
  %v6 = mul i64 %v5, 11
  %v7 = add i64 %v6, 5
  %v8 = mul i64 %v7, 13
  %v9 = xor i64 %v8, 7
  %x1 = add i64 1008, %v1
  %x2 = add i64 %x1, %v2
  %x3 = add i64 %x2, %v3
  %x4 = add i64 %x3, %v4
  %x5 = add i64 %x4, %v5
  %x6 = add i64 %x5, %v6
  %x7 = add i64 %x6, %v7
  %x8 = add i64 %x7, %v8
  %x9 = add i64 %x8, %v9
  %difference = sub i64 %got, %x9
  ret i64 %difference
}

; Throws `times` times in one frame. This would show a stack pointer that is wrong by a word each time.
define i64 @t_many(ptr %instance, i64 %times) uwtable personality ptr @swasm_personality {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %pad ]
  %sum = phi i64 [ 0, %entry ], [ %more, %pad ]
  %done = icmp eq i64 %i, %times
  br i1 %done, label %out, label %body
body:
  %r = invoke tailcc i64 @dig(ptr %instance, i64 1, i64 1, i64 2, i64 3, i64 4, i64 5, i64 %i)
    to label %out unwind label %pad
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %value = call i64 @take(ptr %e)
  %more = add i64 %sum, %value
  %next = add i64 %i, 1
  br label %loop
out:
  ret i64 %sum
}

; A handler that throws again, then a handler in the caller.
define internal tailcc i64 @rethrows(ptr %instance, i64 %value) noinline uwtable personality ptr @swasm_personality {
  %r = invoke tailcc i64 @dig(ptr %instance, i64 2, i64 1, i64 2, i64 3, i64 4, i64 5, i64 %value)
    to label %returned unwind label %pad
returned:
  ret i64 %r
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %slot = getelementptr i8, ptr %e, i64 48
  %old = load i64, ptr %slot
  %new = add i64 %old, 100
  store i64 %new, ptr %slot
  call void @swasm_throw(ptr %e)
  unreachable
}

define i64 @t_nested(ptr %instance, i64 %value) uwtable personality ptr @swasm_personality {
  %r = invoke tailcc i64 @rethrows(ptr %instance, i64 %value) to label %returned unwind label %pad
returned:
  ret i64 %r
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %value2 = call i64 @take(ptr %e)
  ret i64 %value2
}

; Tail-calls another function. The unwinder then sees the frame of that function.
define internal tailcc i64 @passes_on(ptr %instance, i64 %value) noinline uwtable {
  %other = call i64 @opaque(i64 %value)
  %r = musttail call tailcc i64 @below(ptr %instance, i64 %other, i64 2, i64 3, i64 4, i64 5)
  ret i64 %r
}
define internal tailcc i64 @below(ptr %instance, i64 %value, i64 %a, i64 %b, i64 %c, i64 %d) noinline uwtable {
  %r = call tailcc i64 @dig(ptr %instance, i64 3, i64 %a, i64 %b, i64 %c, i64 %d, i64 5, i64 %value)
  %sum = add i64 %r, %a
  ret i64 %sum
}

define i64 @t_tail_call(ptr %instance, i64 %value) uwtable personality ptr @swasm_personality {
  %r = invoke tailcc i64 @passes_on(ptr %instance, i64 %value) to label %returned unwind label %pad
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %value1 = call i64 @take(ptr %e)
  %sum = add i64 %value1, %value
  ret i64 %sum
returned:
  ret i64 -1
}

; Other kinds of frames: probed and with a frame pointer between throw and handler, and a handler in a realigned one.
define internal tailcc i64 @big(ptr %instance, i64 %value) noinline uwtable "probe-stack"="inline-asm" {
  %room = alloca [100000 x i8]
  %at = getelementptr i8, ptr %room, i64 %value
  store volatile i8 1, ptr %at
  %r = call tailcc i64 @dig(ptr %instance, i64 1, i64 1, i64 2, i64 3, i64 4, i64 5, i64 %value)
  %byte = load volatile i8, ptr %at
  ret i64 %r
}
define internal tailcc i64 @framed(ptr %instance, i64 %value) noinline uwtable "frame-pointer"="all" {
  %r = call tailcc i64 @big(ptr %instance, i64 %value)
  %sum = add i64 %r, %value
  ret i64 %sum
}
define internal tailcc i64 @realigned(ptr %instance, i64 %value) noinline uwtable personality ptr @swasm_personality {
  %room = alloca [64 x i8], align 64
  store volatile i64 %value, ptr %room, align 64
  %r = invoke tailcc i64 @framed(ptr %instance, i64 %value) to label %returned unwind label %pad
returned:
  ret i64 %r
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %value1 = call i64 @take(ptr %e)
  %value2 = load volatile i64, ptr %room, align 64
  %sum = add i64 %value1, %value2
  ret i64 %sum
}
define i64 @t_shapes(ptr %instance, i64 %value) uwtable {
  %r = call tailcc i64 @realigned(ptr %instance, i64 %value)
  ret i64 %r
}

define i64 @t_uncaught(ptr %instance, i64 %value) uwtable {
  %r = call tailcc i64 @dig(ptr %instance, i64 5, i64 1, i64 2, i64 3, i64 4, i64 5, i64 %value)
  ret i64 %r
}

; A handler below a host's function must not see what the guest above it throws.
define i64 @t_through_host(ptr %instance, i64 %value) uwtable personality ptr @swasm_personality {
  %r = invoke i64 @host_call_again(ptr %instance, i64 %value) to label %returned unwind label %pad
returned:
  ret i64 %r
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  ret i64 -1
}

; Leaves `times` captured exceptions of 1000 values behind, none of them referenced.
define i64 @t_garbage(ptr %instance, i64 %times) uwtable {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %done = icmp eq i64 %i, %times
  br i1 %done, label %out, label %body
body:
  %e = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1000)
  %captured = getelementptr i8, ptr %e, i64 28
  store i8 1, ptr %captured
  call void @swasm_exception_free(ptr %e)
  %next = add i64 %i, 1
  br label %loop
out:
  ret i64 %times
}

; Holds one captured exception at each level: from the frame if `depth` is odd, and through the values of another
; exception if it is even. Returns 0 if each still has its value after the levels below have made garbage.
define internal tailcc i64 @hold(ptr %instance, i64 %depth, i32 %values) noinline uwtable {
  %e = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 %values)
  %captured = getelementptr i8, ptr %e, i64 28
  store i8 1, ptr %captured
  %slot = getelementptr i8, ptr %e, i64 48
  store i64 %depth, ptr %slot
  %outer = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 %values)
  %outer_captured = getelementptr i8, ptr %outer, i64 28
  store i8 1, ptr %outer_captured
  %outer_slot = getelementptr i8, ptr %outer, i64 48
  store ptr %e, ptr %outer_slot
  %odd = trunc i64 %depth to i1
  %kept = select i1 %odd, ptr %e, ptr %outer
  %end = icmp eq i64 %depth, 0
  br i1 %end, label %out, label %deeper
deeper:
  %less = sub i64 %depth, 1
  %bad = call tailcc i64 @hold(ptr %instance, i64 %less, i32 %values)
  br label %out
out:
  %below = phi i64 [ 0, %0 ], [ %bad, %deeper ]
  %kept_slot = getelementptr i8, ptr %kept, i64 48
  br i1 %odd, label %check, label %follow
follow:
  %inner = load ptr, ptr %kept_slot
  %inner_slot = getelementptr i8, ptr %inner, i64 48
  br label %check
check:
  %value_slot = phi ptr [ %kept_slot, %out ], [ %inner_slot, %follow ]
  %value = load i64, ptr %value_slot
  %wrong = icmp ne i64 %value, %depth
  %one = zext i1 %wrong to i64
  %sum = add i64 %below, %one
  ret i64 %sum
}
define i64 @t_hold(ptr %instance, i64 %depth) uwtable {
  %r = call tailcc i64 @hold(ptr %instance, i64 %depth, i32 1)
  ret i64 %r
}
define i64 @t_hold_large(ptr %instance, i64 %depth) uwtable {
  %r = call tailcc i64 @hold(ptr %instance, i64 %depth, i32 2000)
  ret i64 %r
}

; The inverted address of an exception that escaped, which a collection does not recognise. t_escaped_value reads the
; exception after garbage was made.
define i64 @t_escape(ptr %instance, i64 %value) uwtable {
  %e = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  %escaped = getelementptr i8, ptr %e, i64 29
  store i8 1, ptr %escaped
  %slot = getelementptr i8, ptr %e, i64 48
  store i64 %value, ptr %slot
  %mask = ptrtoint ptr %e to i64
  %hidden = xor i64 %mask, -1
  ret i64 %hidden
}
define i64 @t_escaped_value(ptr %instance, i64 %hidden) uwtable {
  %address = xor i64 %hidden, -1
  %e = inttoptr i64 %address to ptr
  %slot = getelementptr i8, ptr %e, i64 48
  %value = load i64, ptr %slot
  ret i64 %value
}

; Frees an exception twice. Returns 3 if the next exception of another tag is elsewhere (1) and the next of its own tag
; has the same cell (2).
define i64 @t_given_back(ptr %instance, i64 %unused) uwtable {
  %e = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  call void @swasm_exception_free(ptr %e)
  call void @swasm_exception_free(ptr %e)
  %other = call ptr @swasm_exception_new(ptr %instance, i32 1, i32 1)
  %again = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  %third = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  %apart = icmp ne ptr %other, %e
  %same = icmp eq ptr %again, %e
  %once = icmp ne ptr %third, %e
  call void @swasm_exception_free(ptr %other)
  call void @swasm_exception_free(ptr %again)
  call void @swasm_exception_free(ptr %third)
  %one = zext i1 %apart to i64
  %good = and i1 %same, %once
  %two = select i1 %good, i64 2, i64 0
  %sum = add i64 %one, %two
  ret i64 %sum
}

; Makes garbage of many tags in turn. The addresses of the tags are 8 bytes apart. Returns how often an exception has a
; wrong tag.
define i64 @t_tags(ptr %instance, i64 %times) uwtable {
entry:
  %first = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  %start = load ptr, ptr %first
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %wrong = phi i64 [ 0, %entry ], [ %more, %loop ]
  %tag = urem i64 %i, 300
  %index = trunc i64 %tag to i32
  %g = call ptr @swasm_exception_new(ptr %instance, i32 %index, i32 1)
  %captured = getelementptr i8, ptr %g, i64 28
  store i8 1, ptr %captured
  %now = load ptr, ptr %g
  %right = getelementptr ptr, ptr %start, i64 %tag
  %differs = icmp ne ptr %now, %right
  %one = zext i1 %differs to i64
  %more = add i64 %wrong, %one
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %times
  br i1 %done, label %out, label %loop
out:
  ret i64 %more
}

; Hides exceptions from the collection, makes garbage of another tag, and returns how many of their tags have changed.
define i64 @t_dropped(ptr %instance, i64 %times) uwtable {
entry:
  %hidden = alloca [64 x i64]
  br label %make
make:
  %m = phi i64 [ 0, %entry ], [ %m1, %make ]
  %e = call ptr @swasm_exception_new(ptr %instance, i32 0, i32 1)
  %mark = getelementptr i8, ptr %e, i64 28
  store i8 1, ptr %mark
  %number = ptrtoint ptr %e to i64
  %turned = xor i64 %number, -1
  %place = getelementptr i64, ptr %hidden, i64 %m
  store volatile i64 %turned, ptr %place
  %tag = load ptr, ptr %e
  %m1 = add i64 %m, 1
  %made = icmp eq i64 %m1, 64
  br i1 %made, label %loop, label %make
loop:
  %i = phi i64 [ 0, %make ], [ %next, %loop ]
  %g = call ptr @swasm_exception_new(ptr %instance, i32 1, i32 1)
  %captured = getelementptr i8, ptr %g, i64 28
  store i8 1, ptr %captured
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %times
  br i1 %done, label %look, label %loop
look:
  %k = phi i64 [ 0, %loop ], [ %k1, %look ]
  %wrong = phi i64 [ 0, %loop ], [ %more, %look ]
  %where = getelementptr i64, ptr %hidden, i64 %k
  %word = load volatile i64, ptr %where
  %address = xor i64 %word, -1
  %back = inttoptr i64 %address to ptr
  %now = load ptr, ptr %back
  %changed = icmp ne ptr %now, %tag
  %one = zext i1 %changed to i64
  %more = add i64 %wrong, %one
  %k1 = add i64 %k, 1
  %looked = icmp eq i64 %k1, 64
  br i1 %looked, label %out, label %look
out:
  ret i64 %more
}
