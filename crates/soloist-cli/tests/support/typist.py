"""A program at a terminal: counts its signals and obeys lines.

A thread waits for the signals: a Python handler may be put off until a read that has just begun returns.
"""

import os
import signal
import sys
import threading

counts = {"INT": 0, "WINCH": 0}
numbers = {getattr(signal, "SIG" + name): name for name in counts}


def count():
    while True:
        name = numbers[signal.sigwait(numbers)]
        counts[name] += 1
        os.write(1, f"got {name} {counts[name]}\n".encode())


signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
threading.Thread(target=count, daemon=True).start()
print("up", os.getpid(), flush=True)
for line in sys.stdin:
    words = line.split()
    if words[:1] == ["total"]:
        print(" ".join(f"{name}={number}" for name, number in counts.items()), flush=True)
    if words[:1] == ["end"]:
        sys.exit(int(words[1]))
