"""Drives a program of Tests/programs that waits for something, and prints what both sides saw, in order.

usage: drive.py input|serve|pipe PROGRAM [ARGUMENT...]
Each step waits for the one before: nothing here depends on how long anything takes.
"""

import atexit
import os
import socket
import subprocess
import sys


def lines_until(program, wanted):
    for line in program.stdout:
        print(line.rstrip("\n"), flush=True)
        if line.startswith(wanted):
            return


def finish(program):
    for line in program.stdout:
        print(line.rstrip("\n"))
    for line in program.stderr:
        print("stderr: " + line.rstrip("\n"))
    print("status", program.wait(timeout=60))


def start(arguments, **more):
    pipe = subprocess.PIPE
    program = subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True, **more)
    atexit.register(program.kill)  # when something here fails; it does nothing to one that has ended
    return program


def drive_input(arguments):
    """Input comes after the program has found none, twice: some bytes, then the end."""
    program = start(arguments)
    lines_until(program, "waiting")
    program.stdin.write("ping\n")
    program.stdin.flush()
    lines_until(program, "waiting")
    program.stdin.close()
    finish(program)


def drive_serve(arguments):
    """Two clients, one after the other, of a program that has a listening socket as descriptor 3."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = listening.getsockname()
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    # LISTEN_PID must be the program's own: a shell knows it and becomes the program.
    script = 'export LISTEN_PID=$$; exec "$@"'
    environment = dict(os.environ, LISTEN_FDS="1")
    program = start(["/bin/sh", "-c", script, "sh"] + arguments, env=environment, close_fds=False)
    lines_until(program, "waiting")
    for text in [b"hello", b"x" * 30000]:
        client = socket.create_connection(address, 60)
        client.settimeout(20)
        answer = b""
        for at in range(0, len(text), 1000):
            part = text[at : at + 1000]
            client.sendall(part)
            while len(answer) < at + len(part):
                answer += client.recv(100000) or sys.exit("the program closed the connection")
        client.shutdown(socket.SHUT_WR)
        print("answered", answer == text.upper(), "then", client.recv(10))
        client.close()
    program.stdin.close()
    finish(program)


def drive_pipe(arguments):
    """The program writes to a pipe that nobody reads any more, after it has been told to go on."""
    reading, writing = os.pipe()
    pipe = subprocess.PIPE
    program = subprocess.Popen(arguments, stdin=pipe, stdout=writing, stderr=pipe, text=True)
    os.close(writing)
    os.close(reading)
    program.stdin.write("go\n")
    program.stdin.close()
    program.stdout = []
    finish(program)


{"input": drive_input, "serve": drive_serve, "pipe": drive_pipe}[sys.argv[1]](sys.argv[2:])
