# An application of componentize-py: text, files, time, random numbers, streams, a status.

import json
import os
import sys
import time

from wit_world import exports


def use_files():
    os.mkdir("/data/d")
    with open("/data/d/x.txt", "w") as file:
        file.write("line\n" * 3)
    with open("/data/d/x.txt", "a") as file:
        file.write("more\n")
    with open("/data/d/x.txt") as file:
        print(file.read().split())
    os.rename("/data/d/x.txt", "/data/d/ü.txt")
    print(os.listdir("/data/d"), os.stat("/data/d/ü.txt").st_size)
    print([entry.is_file() for entry in os.scandir("/data/d")])
    os.unlink("/data/d/ü.txt")
    print(os.listdir("/data/d"))
    os.rmdir("/data/d")


class Run(exports.Run):
    def run(self) -> None:
        print(sys.argv[1:], dict(os.environ))
        print(len(sys.stdin.read()))
        print(json.dumps({"a": [1, 2.5, None, "ü"]}))
        print(sum(i * i for i in range(100000)))
        use_files()
        start = time.monotonic()
        time.sleep(0.01)
        print(time.monotonic() - start >= 0.01, time.time() > 1.7e9, len(os.urandom(10)))
        print("to standard error", file=sys.stderr)
        try:
            open("/etc/passwd")
        except OSError as error:
            print(type(error).__name__)
        if "exit" in sys.argv:
            sys.exit(3)
