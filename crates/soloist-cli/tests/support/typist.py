"""A program at a terminal: counts its signals and obeys lines.

Signals are read from a pipe that the interpreter fills in its C handler: a Python handler may be put off until a
read that has just begun returns.
"""

import os
import select
import signal
import sys

counts = {"INT": 0, "WINCH": 0}
arrived, written = os.pipe()
os.set_blocking(written, False)
signal.set_wakeup_fd(written)


def count():
    for number in os.read(arrived, 64):
        name = signal.Signals(number).name.removeprefix("SIG")
        counts[name] += 1
        os.write(1, f"got {name} {counts[name]}\n".encode())


def obey(line):
    words = line.split()
    if words[:1] == ["total"]:
        print(" ".join(f"{name}={number}" for name, number in counts.items()), flush=True)
    if words[:1] == ["end"]:
        sys.exit(int(words[1]))


for name in counts:
    signal.signal(getattr(signal, "SIG" + name), lambda *_: None)
print("up", os.getpid(), flush=True)
while True:
    ready, _, _ = select.select([arrived, 0], [], [])
    if arrived in ready:
        count()
    elif not (line := os.read(0, 4096)):
        sys.exit(0)
    else:
        obey(line.decode())
