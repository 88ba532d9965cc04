#!/usr/bin/env python3
"""Milliseconds from a key to the first byte of its frame, in a pseudo-terminal, while whatever the program does goes on.

tests/outside/keys.py target/release/countersign --desk star.db     (opens the first ticket; 200 keys)
"""
import fcntl, os, pty, select, signal, statistics, struct, sys, termios, time

pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))


def read(seconds):
    """Takes what is drawn for so long, and answers what a terminal is asked."""
    end = time.time() + seconds
    while (left := end - time.time()) > 0 and select.select([fd], [], [], left)[0]:
        data = os.read(fd, 65536)
        if b"\x1b]11;?" in data:
            os.write(fd, b"\x1b]11;rgb:0000/0000/0000\x1b\\")
        if b"\x1b[c" in data:
            os.write(fd, b"\x1b[?62;c")


read(6)
os.write(fd, b"\r")
read(3)
times = []
for n in range(200):
    read(0.15)
    since = time.perf_counter()
    os.write(fd, b"j" if n % 20 < 10 else b"k")
    if select.select([fd], [], [], 3)[0]:
        times.append((time.perf_counter() - since) * 1000)
os.kill(pid, signal.SIGTERM)
times.sort()
print(f"{len(times)} of 200 keys: median {statistics.median(times):.1f} ms, p95 {times[int(len(times) * .95) - 1]:.1f} ms, most {times[-1]:.1f} ms")
