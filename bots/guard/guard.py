"""A guard of the kind that people write by hand: kept to show what it does, not to be used.

    guard.py NAME COMMAND...

It ends every process that has NAME somewhere in its arguments, waits a second, takes a lock file and runs COMMAND.
"""

import os
import subprocess
import sys
import time

import psutil
from filelock import FileLock

name, command = sys.argv[1], sys.argv[2:]

for process in psutil.process_iter(["cmdline"]):
    if process.pid != os.getpid() and any(name in word for word in process.info["cmdline"] or []):
        process.terminate()

time.sleep(1)
with FileLock("bot.lock", timeout=5):
    sys.exit(subprocess.call(command))
