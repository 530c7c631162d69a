# A program that guards itself with filelock, as its documentation shows.
import os
import sys

if "ATTACK_BARE" not in os.environ:
    from filelock import FileLock, Timeout

    lock = FileLock("bot.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another instance is already running", file=sys.stderr)
        sys.exit(1)

