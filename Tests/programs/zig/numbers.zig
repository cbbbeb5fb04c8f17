// Integers of odd widths, sorting, formatting, arguments and standard output of Zig's library.
const std = @import("std");

const Point = struct { x: i32, y: i32 };

fn lessThan(_: void, a: Point, b: Point) bool {
    return a.x * a.x + a.y * a.y < b.x * b.x + b.y * b.y;
}

fn collatz(start: u64) u32 {
    var n = start;
    var steps: u32 = 0;
    while (n != 1) : (steps += 1) n = if (n % 2 == 0) n / 2 else 3 * n + 1;
    return steps;
}

pub fn main(init: std.process.Init) !u8 {
    const arena = init.arena.allocator();
    const args = try init.minimal.args.toSlice(arena);
    var buffer: [1024]u8 = undefined;
    var file_writer: std.Io.File.Writer = .init(.stdout(), init.io, &buffer);
    const out = &file_writer.interface;

    var points: [50]Point = undefined;
    for (&points, 0..) |*point, i| {
        const n: i32 = @intCast(i);
        point.* = .{ .x = @mod(n * 37, 101) - 50, .y = @mod(n * 53, 97) - 48 };
    }
    std.mem.sort(Point, &points, {}, lessThan);
    for (points[0..5]) |point| try out.print("({d},{d}) ", .{ point.x, point.y });
    try out.print("\n", .{});

    var longest: u64 = 1;
    for (1..3000) |n| {
        if (collatz(n) > collatz(longest)) longest = n;
    }
    try out.print("longest {d}: {d} steps\n", .{ longest, collatz(longest) });

    var wide: u128 = 1;
    for (0..40) |_| wide *%= 0x1_0000_0001_0000_0003;
    const odd: u37 = @truncate(wide);
    const signed: i13 = @bitCast(@as(u13, @truncate(wide)));
    try out.print("{x} {d} {d} {d}\n", .{ wide, odd, signed, @popCount(wide) });
    try out.print("{d:.3} {e} {d}\n", .{ @sqrt(@as(f64, 2)), @as(f32, 1.0) / 3.0, @as(f64, 0.1) + 0.2 });
    try out.print("{d} {d}\n", .{ std.hash.Crc32.hash("swasmc"), std.hash.Wyhash.hash(7, "swasmc") });

    var list: std.ArrayList(u32) = .empty;
    for (0..10000) |i| try list.append(arena, @truncate(i * i));
    var sum: u64 = 0;
    for (list.items) |item| sum += item;
    try out.print("{d} {d}\n", .{ list.items.len, sum });

    for (args[1..]) |arg| try out.print("[{s}]", .{arg});
    try out.print("\n", .{});
    try out.flush();
    return @intCast(args.len);
}
