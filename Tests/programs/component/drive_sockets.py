"""Plays the other side of the programs for sockets in this directory, on this machine only: servers and clients of TCP, a
name server. Prints one line for each case: `ok CASE`, or `FAILED CASE` with what happened.

drive_sockets.py CLIENT SERVER RESOLVER [VARIABLE=VALUE...]: executables made from tcp_client.c, tcp_server.c and resolver.c,
and variables for all runs.
"""
import os, socket, struct, subprocess, sys, tempfile, threading

client, server, resolver = sys.argv[1:4]
variables = dict(word.split("=", 1) for word in sys.argv[4:])
SECONDS = 60


def report(case, holds, detail=""):
    print(("ok " if holds else "FAILED ") + case + ("" if holds else f": {detail}"), flush=True)


def run(program, words, grants=None, before=()):
    done = subprocess.run([*before, program, *words], env={**variables, **(grants or {})}, capture_output=True,
                          timeout=SECONDS, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def expect(case, got, status, output="", error=""):
    report(case, got == (status, output, error), f"{got}, wanted {(status, output, error)}")


def listening(family, kind=socket.SOCK_STREAM):
    made = socket.socket(family, kind)
    made.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        made.listen(8)
    return made, made.getsockname()[1]


def in_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def echo_one(listener):
    connection, _ = listener.accept()
    with connection:
        got = b""
        while part := connection.recv(65536):
            got += part
        connection.sendall(got[::-1])


def feed(connection, text):
    connection.sendall(text)
    connection.shutdown(socket.SHUT_WR)


def clients():
    for host, family in (("4", socket.AF_INET), ("6", socket.AF_INET6)):
        listener, port = listening(family)
        name = "127.0.0.1" if host == "4" else "[::1]"
        text = "hello " * 5000
        thread = in_thread(echo_one, listener)
        expect(f"a client of IPv{host}", run(client, [host, str(port), text], {"SWASM_CONNECT": f"{name}:{port}"}), 0, text[::-1])
        thread.join(SECONDS)
        expect(f"no grant, IPv{host}", run(client, [host, str(port), "x"]), 1, "", "create: access-denied\n")
        expect(f"another port, IPv{host}", run(client, [host, str(port), "x"], {"SWASM_CONNECT": f"{name}:{port ^ 1}"}), 1, "",
               "start-connect: access-denied\n")
        expect(f"another address, IPv{host}", run(client, [host, str(port), "x"], {"SWASM_CONNECT": f"127.0.0.2:{port}"}), 1, "",
               "start-connect: access-denied\n")
        expect(f"everywhere is not this machine, IPv{host}", run(client, [host, str(port), "x"], {"SWASM_CONNECT": f"*:{port}"}), 1,
               "", "start-connect: access-denied\n")
        expect(f"UDP is not TCP, IPv{host}", run(client, [host, str(port), "x"], {"SWASM_CONNECT": f"{name}:{port}/udp"}), 1, "",
               "create: access-denied\n")
        listener.close()
        expect(f"nobody listens, IPv{host}", run(client, [host, str(port), "x"], {"SWASM_CONNECT": f"{name}:{port}"}), 1, "",
               "finish-connect: connection-refused\n")
    expect("0.0.0.0 is no host", run(client, ["0.0.0.0", "9", "x"], {"SWASM_CONNECT": "0.0.0.0/0:*"}), 1, "",
           "start-connect: invalid-argument\n")
    status, _, error = run(client, ["4", "9", "x"], {"SWASM_CONNECT": "127.0.0.1"})
    report("a wrong grant stops the start", status == 1 and "a destination is HOST:PORT" in error, error)


def servers():
    for host, name in (("4", "127.0.0.1"), ("6", "[::1]")):
        process = subprocess.Popen([server, host, "0", "3"], env={**variables, "SWASM_LISTEN": f"{name}:0"},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        port = int(process.stdout.readline() or 0)
        answers = []
        for text in (b"one", b"two " * 10000, b""):
            with socket.create_connection((name.strip("[]"), port), SECONDS) as connection:
                in_thread(feed, connection, text)
                got = b""
                while part := connection.recv(65536):
                    got += part
                answers.append(got == text.upper())
        report(f"a server of IPv{host}", answers == [True] * 3 and process.wait(SECONDS) == 0, f"{answers} {process.stderr.read()}")
        expect(f"another address to listen, IPv{host}", run(server, [host, "0", "1"], {"SWASM_LISTEN": "127.0.0.3:0"}), 1, "",
               "bind: access-denied\n")
        expect(f"no grant to listen, IPv{host}", run(server, [host, "0", "1"]), 1, "", "create: access-denied\n")
    expect("connecting is not listening", run(server, ["4", "0", "1"], {"SWASM_CONNECT": "127.0.0.1:9"}), 1, "",
           "listen: access-denied\n")
    status, _, error = run(server, ["4", "0", "1"], {"SWASM_LISTEN": "fds"})
    report("a component takes over no sockets", status == 1 and "cannot take over" in error, error)


def answer_names(server, addresses):
    """Answers questions for A and AAAA until the socket is closed."""
    while True:
        try:
            question, asker = server.recvfrom(512)
        except OSError:
            return
        kind = struct.unpack("!H", question[-4:-2])[0]
        found = [address for address in addresses if (":" in address) == (kind == 28)]
        answer = question[:2] + struct.pack("!5H", 0x8180, 1, len(found), 0, 0) + question[12:]
        for address in found:
            data = socket.inet_pton(socket.AF_INET6 if kind == 28 else socket.AF_INET, address)
            answer += struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
        server.sendto(answer, asker)


def asking():
    names, port = listening(socket.AF_INET, socket.SOCK_DGRAM)
    in_thread(answer_names, names, ["192.0.2.7"])
    grant = {"SWASM_CONNECT": f"127.0.0.1:{port}/udp"}
    words = ["ask", "4", str(port), "example.com"]
    expect("a question over UDP", run(resolver, words, grant), 0, "192.0.2.7\n")
    expect("no grant of UDP", run(resolver, words, {"SWASM_CONNECT": f"127.0.0.1:{port}"}), 1, "", "create: access-denied\n")
    expect("another receiver", run(resolver, words, {"SWASM_CONNECT": f"127.0.0.1:{port ^ 1}/udp"}), 1, "", "send: access-denied\n")
    return port


def looking_up(port):
    expect("localhost", run(resolver, ["name", "localhost"], {"SWASM_RESOLVE": "localhost"}), 0,
           "127.0.0.1\n0000:0000:0000:0000:0000:0000:0000:0001\n")
    expect("an address", run(resolver, ["name", "192.0.2.9"]), 0, "192.0.2.9\n")
    expect("a name without a grant", run(resolver, ["name", "example.com"]), 1, "", "resolve-addresses: access-denied\n")
    expect("another name", run(resolver, ["name", "example.com"], {"SWASM_RESOLVE": "*.example.com"}), 1, "",
           "resolve-addresses: access-denied\n")
    expect("no name", run(resolver, ["name", "a b"], {"SWASM_RESOLVE": "*"}), 1, "", "resolve-addresses: invalid-argument\n")
    if subprocess.run(["unshare", "-r", "-m", "true"], capture_output=True).returncode != 0:
        print("skipped: this process may not replace /etc/resolv.conf for a program", flush=True)
        return
    nobody, closed = listening(socket.AF_INET, socket.SOCK_DGRAM)
    nobody.close()
    with servers_of_names(port) as there, servers_of_names(closed) as gone:
        def asks(config, name, grant):
            before = ["unshare", "-r", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', config.name]
            return run(resolver, ["name", name], {**grant, "PATH": os.environ["PATH"]}, before)
        expect("a server of names", asks(there, "a.example.com", {"SWASM_RESOLVE": "*.example.com"}), 0, "192.0.2.7\n")
        expect("a name to connect to", asks(there, "a.example.com", {"SWASM_CONNECT": "a.example.com:80"}), 0, "192.0.2.7\n")
        expect("no server answers", asks(gone, "a.example.com", {"SWASM_RESOLVE": "*"}), 1, "",
               "resolve-next-address: temporary-resolver-failure\n")


def servers_of_names(port):
    """A file for /etc/resolv.conf."""
    config = tempfile.NamedTemporaryFile("w", suffix=".conf")
    config.write(f"nameserver [127.0.0.1]:{port}\n")
    config.flush()
    return config


clients()
servers()
looking_up(asking())
