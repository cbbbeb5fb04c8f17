// Uses the services of a system by Zig's library: trees of files, clocks, waiting, a server, a full disk, a closed
// pipe. The first argument chooses one; see c/system.c. Zig has no sockets and no poll for WASI, so this program makes
// those WASI calls itself.
const std = @import("std");
const builtin = @import("builtin");
const Io = std.Io;
const is_wasi = builtin.os.tag == .wasi;
const wasi = std.os.wasi;

var io: Io = undefined;
var arena: std.mem.Allocator = undefined;
var out: *Io.Writer = undefined;

fn say(comptime format: []const u8, values: anytype) void {
    out.print(format ++ "\n", values) catch {};
    out.flush() catch {};
}

fn tell(what: []const u8, result: anytype) void {
    if (result) |_| say("{s}: ok", .{what}) else |err| say("{s}: {s}", .{ what, @errorName(err) });
}

// MARK: Files

fn before(_: void, a: []const u8, b: []const u8) bool {
    return std.mem.lessThan(u8, a, b);
}

fn walk(root: Io.Dir) !void {
    var dir = try root.openDir(io, "tree", .{ .iterate = true });
    defer dir.close(io);
    var lines: std.ArrayList([]const u8) = .empty;
    var walker = try dir.walk(arena);
    defer walker.deinit();
    while (try walker.next(io)) |entry| {
        var buffer: [100]u8 = undefined;
        const line = switch (entry.kind) {
            .sym_link => try std.fmt.allocPrint(arena, "{s} -> {s}", .{
                entry.path, buffer[0..try entry.dir.readLink(io, entry.basename, &buffer)],
            }),
            .file => try std.fmt.allocPrint(arena, "{s} {d} bytes", .{
                entry.path, (try entry.dir.statFile(io, entry.basename, .{})).size,
            }),
            else => try std.fmt.allocPrint(arena, "{s} {t}", .{ entry.path, entry.kind }),
        };
        try lines.append(arena, line);
    }
    std.mem.sort([]const u8, lines.items, {}, before);
    for (lines.items) |line| say("{s}", .{line});
}

fn tree() !void {
    const root = Io.Dir.cwd();
    try root.createDirPath(io, "tree/deep/er");
    try root.writeFile(io, .{ .sub_path = "tree/one", .data = "first file" });
    try root.writeFile(io, .{ .sub_path = "tree/two", .data = "second" });
    try root.writeFile(io, .{ .sub_path = "tree/deep/er/leaf", .data = "leaf" });
    try walk(root);
    tell("link", Io.Dir.hardLink(root, "tree/one", root, "tree/deep/linked", io, .{ .follow_symlinks = false }));
    tell("symlink", root.symLink(io, "../one", "tree/deep/pointer", .{}));
    tell("dangling", root.symLink(io, "nowhere", "tree/dangling", .{}));
    tell("rename", Io.Dir.rename(root, "tree/two", root, "tree/deep/renamed", io));
    tell("rename a directory", Io.Dir.rename(root, "tree/deep/er", root, "tree/moved", io));
    const file = try root.openFile(io, "tree/one", .{ .mode = .read_write });
    tell("truncate", file.setLength(io, 3));
    tell("extend", file.setLength(io, 4000));
    tell("times", file.setTimestamps(io, .{
        .access_timestamp = .{ .new = .fromNanoseconds(1_000_000_000_000_000_005) },
        .modify_timestamp = .{ .new = .fromNanoseconds(1_234_567_890_987_654_321) },
    }));
    say("{d}", .{(try file.stat(io)).mtime.nanoseconds});
    file.close(io);
    try walk(root);
    tell("mkdir again", root.createDir(io, "tree/deep", .default_dir));
    tell("rmdir of what is full", root.deleteDir(io, "tree/deep"));
    tell("rmdir of a file", root.deleteDir(io, "tree/one"));
    tell("remove nothing", root.deleteFile(io, "tree/absent"));
    tell("remove a directory", root.deleteFile(io, "tree/moved"));
    tell("read nothing", root.openFile(io, "tree/absent", .{}));
    // A dangling link is not opened here: for WASI Zig follows no last link, so it is a loop there.
    tell("open a file as a directory", root.openDir(io, "tree/one", .{}));
    tell("exclusive", root.createFile(io, "tree/one", .{ .exclusive = true }));
    tell("remove all", root.deleteTree(io, "tree"));
    tell("stat", root.statFile(io, "tree", .{}));
}

// MARK: Time

fn clocks() !void {
    const wall = Io.Clock.real.now(io);
    const start = Io.Clock.awake.now(io);
    try Io.sleep(io, .fromMilliseconds(20), .awake);
    const end = Io.Clock.awake.now(io);
    say("slept {}", .{end.nanoseconds - start.nanoseconds >= 20_000_000});
    say("poll of nothing {d}", .{try waitFor(null, 10)});
    say("waited {}", .{Io.Clock.awake.now(io).nanoseconds - end.nanoseconds >= 10_000_000});
    say("this century {}, later {}", .{
        wall.nanoseconds > 1_600_000_000_000_000_000, Io.Clock.real.now(io).nanoseconds > wall.nanoseconds,
    });
}

// MARK: Waiting

/// 1 if the descriptor is readable within the time, and otherwise 0.
fn waitFor(fd: ?i32, milliseconds: u31) !usize {
    if (!is_wasi) {
        var fds = [_]std.posix.pollfd{.{ .fd = fd orelse -1, .events = std.posix.POLL.IN, .revents = 0 }};
        return std.posix.poll(&fds, milliseconds);
    }
    const clock: wasi.subscription_t = .{ .userdata = 0, .u = .{ .tag = .CLOCK, .u = .{ .clock = .{
        .id = .MONOTONIC,
        .timeout = @as(u64, milliseconds) * 1_000_000,
        .precision = 0,
        .flags = 0,
    } } } };
    const readable: wasi.subscription_t = .{ .userdata = 1, .u = .{ .tag = .FD_READ, .u = .{ .fd_read = .{
        .fd = fd orelse 0,
    } } } };
    const subscriptions = [_]wasi.subscription_t{ clock, readable };
    var events: [2]wasi.event_t = undefined;
    var count: usize = 0;
    const wanted: usize = if (fd == null) 1 else 2;
    if (wasi.poll_oneoff(&subscriptions[0], &events[0], wanted, &count) != .SUCCESS) return error.Poll;
    for (events[0..count]) |event| if (event.userdata == 1) return 1;
    return 0;
}

fn readSome(fd: i32, buffer: []u8) !usize {
    const file: Io.File = .{ .handle = fd, .flags = .{ .nonblocking = false } };
    return file.readStreaming(io, &.{buffer}) catch |err| if (err == error.EndOfStream) 0 else err;
}

fn input() !void {
    var buffer: [20]u8 = undefined;
    for (0..2) |_| {
        say("waiting: {d}", .{try waitFor(0, 20)});
        say("ready: {d}", .{try waitFor(0, 20000)});
        say("read {d}", .{try readSome(0, &buffer)});
    }
}

fn accept(listening: i32) !i32 {
    if (is_wasi) {
        var client: wasi.fd_t = undefined;
        if (wasi.sock_accept(listening, .{}, &client) != .SUCCESS) return error.Accept;
        return client;
    }
    const linux = std.os.linux;
    const result: isize = @bitCast(linux.accept4(listening, null, null, 0));
    return if (result < 0) error.Accept else @intCast(result);
}

fn serve(listening: i32) !void {
    say("waiting: {d}", .{try waitFor(listening, 20)});
    for (0..2) |_| {
        const client = try accept(listening);
        const file: Io.File = .{ .handle = client, .flags = .{ .nonblocking = false } };
        defer file.close(io);
        var buffer: [100]u8 = undefined;
        var total: usize = 0;
        while (true) {
            const count = try readSome(client, &buffer);
            if (count == 0) break;
            for (buffer[0..count]) |*byte| byte.* = std.ascii.toUpper(byte.*);
            try file.writeStreamingAll(io, buffer[0..count]);
            total += count;
        }
        say("served {d} bytes", .{total});
    }
}

// MARK: Failing writes

fn fill(path: []const u8) !void {
    const file = try Io.Dir.cwd().openFile(io, path, .{ .mode = .write_only });
    tell("write", file.writeStreamingAll(io, "text"));
    var buffer: [10]u8 = undefined;
    var writer = file.writerStreaming(io, &buffer);
    tell("buffered", writer.interface.writeAll("text"));
    tell("flush", writer.interface.flush());
    say("{?}", .{writer.err});
    return writer.err.?;
}

fn writeToNobody() !void {
    var buffer: [10]u8 = undefined;
    _ = try readSome(0, &buffer); // the driver has closed the other end
    try Io.File.stdout().writeStreamingAll(io, "text");
}

pub fn main(init: std.process.Init) u8 {
    io = init.io;
    arena = init.arena.allocator();
    const args = init.minimal.args.toSlice(arena) catch return 100;
    var buffer: [1000]u8 = undefined;
    var writer: Io.File.Writer = .initStreaming(.stdout(), io, &buffer);
    out = &writer.interface;
    const what = args[1];
    const argument = if (args.len > 2) args[2] else "";
    const result = if (std.mem.eql(u8, what, "tree"))
        tree()
    else if (std.mem.eql(u8, what, "clocks"))
        clocks()
    else if (std.mem.eql(u8, what, "input"))
        input()
    else if (std.mem.eql(u8, what, "serve"))
        serve(std.fmt.parseInt(i32, argument, 10) catch 3)
    else if (std.mem.eql(u8, what, "full"))
        fill(argument)
    else
        writeToNobody();
    result catch |err| {
        Io.File.stderr().writeStreamingAll(io, @errorName(err)) catch {};
        return 5;
    };
    return 3;
}
