/* The four calls of wasi_unstable that differ. */
#include <string.h>

#include "harness.h"

void test_unstable(void)
{
    sandbox box;
    sandbox_start(&box);
    swasm_instance *i = box.instance;
    uint32_t fd = open_file(&box, GRANTED, "file", SWASM_OFLAG_CREAT), stat = room(&box, 60), path = at(&box, "file", 4);
    write_text(&box, fd, "content");
    memset(box.memory + stat, 0xee, 60);
    expect(swasm_wasi0_fd_filestat_get(i, fd, stat), 0, "fd_filestat_get of wasi_unstable");
    expect(box.memory[stat + 16], SWASM_FILETYPE_REGULAR_FILE, "the type is at offset 16");
    expect(load32(&box, stat + 20), 1, "the number of links is at offset 20, in 32 bits");
    expect_u64(load64(&box, stat + 24), 7, "the size is at offset 24");
    expect(box.memory[stat + 56], 0xee, "fd_filestat_get stores 56 bytes");
    expect(swasm_wasi0_fd_filestat_get(i, fd, NOWHERE - 55), SWASM_WASI_FAULT,
           "the result of fd_filestat_get lies outside memory");
    expect(swasm_wasi0_fd_filestat_get(i, 70, stat), SWASM_WASI_BADF, "fd_filestat_get of a closed descriptor");
    expect(swasm_wasi0_path_filestat_get(i, GRANTED, 0, path, 4, stat), 0, "path_filestat_get of wasi_unstable");
    expect_u64(load64(&box, stat + 24), 7, "path_filestat_get stores the size at offset 24");
    expect(swasm_wasi0_path_filestat_get(i, GRANTED, 0, path, 3, stat), SWASM_WASI_NOENT,
           "path_filestat_get of a file that is not there");
    expect(swasm_wasi0_path_filestat_get(i, GRANTED, 0, path, 4, NOWHERE - 55), SWASM_WASI_FAULT,
           "the result of path_filestat_get lies outside memory");
    uint32_t position = room(&box, 8);
    expect(swasm_wasi0_fd_seek(i, fd, 2, 2, position), 0, "fd_seek with whence 2");
    expect_u64(load64(&box, position), 2, "whence 2 counts from the start");
    expect(swasm_wasi0_fd_seek(i, fd, 1, 0, position), 0, "fd_seek with whence 0");
    expect_u64(load64(&box, position), 3, "whence 0 counts from the position");
    expect(swasm_wasi0_fd_seek(i, fd, 1, 1, position), 0, "fd_seek with whence 1");
    expect_u64(load64(&box, position), 8, "whence 1 counts from the end");
    expect(swasm_wasi0_fd_seek(i, fd, 1, 3, position), SWASM_WASI_INVAL, "fd_seek with whence 3");

    uint32_t list = room(&box, 112), out = room(&box, 64), stored = room(&box, 4);
    uint64_t userdata = 42, never = UINT64_MAX, soon = 1000;
    uint32_t clock = 1;
    memset(box.memory + list, 0, 112);
    memcpy(box.memory + list + 24, &clock, 4);
    memcpy(box.memory + list + 32, &never, 8);
    memcpy(box.memory + list + 56, &userdata, 8);
    memcpy(box.memory + list + 56 + 24, &clock, 4);
    memcpy(box.memory + list + 56 + 32, &soon, 8);
    expect(swasm_wasi0_poll_oneoff(i, list, out, 2, stored), 0, "poll_oneoff of wasi_unstable");
    expect(load32(&box, stored), 1, "one of two clocks is due");
    expect_u64(load64(&box, out), 42, "the event has the user data of the second clock");
    sandbox_end(&box);
}
