"""A program at a terminal: counts its signals and obeys lines."""

import os
import signal
import sys

counts = {"INT": 0, "WINCH": 0}


def count(number, _frame):
    name = signal.Signals(number).name.removeprefix("SIG")
    counts[name] += 1
    os.write(1, f"got {name} {counts[name]}\n".encode())


for name in counts:
    signal.signal(getattr(signal, "SIG" + name), count)
print("up", os.getpid(), flush=True)
for line in sys.stdin:
    words = line.split()
    if words[:1] == ["total"]:
        print(" ".join(f"{name}={number}" for name, number in counts.items()), flush=True)
    if words[:1] == ["end"]:
        sys.exit(int(words[1]))
