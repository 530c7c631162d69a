#!/usr/bin/env python3
"""The program under test: a scriptable stand-in for a bot.

It connects to the Unix socket in ACTOR_SOCKET, says `started PID PPID`, enters the witness in
ACTOR_WITNESS (two actors inside at once are a violation, written down there), says `signal NAME` for
each signal it gets, and obeys the orders that arrive, one a line; each is answered with `ok ...`.
When the socket closes it ends, so that nothing outlives the test.
"""

import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading

FATAL = ["TERM", "INT", "HUP", "QUIT"]
REPORTED = ["USR1", "USR2", "WINCH", "CONT"]
LATE = 3  # the real-time signal SIGRTMIN+3, which has no name of its own

kept = []  # files, children and threads that must stay as long as the actor does
stage = {}


def connect():
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect(os.environ["ACTOR_SOCKET"])
    stage["line"] = line
    say(f"started {os.getpid()} {os.getppid()}")


def say(words):
    try:
        stage["line"].sendall((words + "\n").encode())
    except OSError:
        leave(99)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def accuse(other):
    record = os.open(os.path.join(os.environ["ACTOR_WITNESS"], "violations"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.write(record, f"{os.getpid()} found {other} inside\n".encode())
    os.close(record)


def enter_witness():
    place = os.environ.get("ACTOR_WITNESS")
    if not place:
        return
    lock = os.open(os.path.join(place, "lock"), os.O_RDWR | os.O_CREAT, 0o666)
    stage["holder"] = os.path.join(place, "holder")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        accuse("a lock")
    while True:
        try:
            holder = os.open(stage["holder"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            break
        except FileExistsError:
            try:
                with open(stage["holder"]) as old:
                    before = old.read().strip()
                if before and is_alive(int(before)):
                    accuse(before)
                os.unlink(stage["holder"])
            except FileNotFoundError:
                pass
    os.write(holder, str(os.getpid()).encode())
    os.close(holder)
    kept.append(lock)
    with open(os.path.join(place, "entries"), "a") as entries:
        entries.write(f"{os.getpid()}\n")


def leave_witness():
    holder = stage.pop("holder", None)
    if holder:
        try:
            os.unlink(holder)
        except OSError:
            pass


def leave(code):
    leave_witness()
    sys.stdout.flush()
    os._exit(code)


def die(number):
    leave_witness()
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)


def signal_number(name):
    return signal.SIGRTMIN + LATE if name == "RT" else getattr(signal, "SIG" + name)


def on_signal(number, _frame):
    name = "RT" if number == signal.SIGRTMIN + LATE else signal.Signals(number).name[3:]
    say(f"signal {name}")
    if stage["manners"].get(name) == "die":
        die(number)


def behave(name, manner):
    stage.setdefault("manners", {})[name] = manner
    number = signal_number(name)
    signal.signal(number, signal.SIG_IGN if manner == "ignore" else on_signal)


def fork(new_session=False, twice=False):
    """A child that goes on as an actor of its own, keeping every descriptor but the control line."""
    child = os.fork()
    if child:
        if twice:
            os.waitpid(child, 0)
        return child
    if new_session:
        os.setsid()
    if twice and os.fork():
        os._exit(0)
    stage.pop("holder", None)
    stage["line"].close()
    connect()
    obey()
    os._exit(0)


def start_thread(what=threading.get_native_id):
    """A thread that lasts; answers what it did first."""
    ready = threading.Event()
    found = []

    def body():
        found.append(what())
        ready.set()
        threading.Event().wait()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    ready.wait()
    kept.append(thread)
    return found[0]


def spawn(argv):
    child = subprocess.Popen(json.loads(argv))
    stage.setdefault("children", {})[child.pid] = child
    return child.pid


def take_lock(path, kind):
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    fcntl.flock(lock, kind | fcntl.LOCK_NB)
    kept.append(lock)


def describe():
    return json.dumps({"argv": sys.argv, "cwd": os.getcwd(), "environment": dict(os.environ), "ppid": os.getppid()})


def order(verb, rest):
    if verb == "ping":
        return "pong"
    if verb == "exit":
        leave(int(rest))
    if verb == "die":
        die(signal_number(rest))
    if verb == "on":
        behave(*rest.split())
        return ""
    if verb == "fork":
        return str(fork())
    if verb == "fork-in-a-thread":
        return str(start_thread(fork))
    if verb == "setsid":
        return str(fork(new_session=True))
    if verb == "daemon":
        return str(fork(new_session=True, twice=True))
    if verb == "spawn":
        return str(spawn(rest))
    if verb == "wait":
        return str(stage["children"][int(rest)].wait())
    if verb == "thread":
        return str(start_thread())
    if verb == "comm":
        ctypes.CDLL(None).prctl(15, rest.encode(), 0, 0, 0)
        return ""
    if verb == "open":
        kept.append(open(rest, "rb"))
        return ""
    if verb == "flock":
        take_lock(rest, fcntl.LOCK_EX)
        return ""
    if verb == "flock-shared":
        take_lock(rest, fcntl.LOCK_SH)
        return ""
    if verb == "print":
        print(rest, flush=True)
        return ""
    if verb == "describe":
        return describe()
    return "what?"


def listen_to_signals():
    """A signal that arrives right before a read waits with its Python handler until the read returns; a byte in a
    pipe, written by the interpreter's own handler, makes sure that it does."""
    arrived, written = os.pipe()
    os.set_blocking(arrived, False)
    os.set_blocking(written, False)
    signal.set_wakeup_fd(written, warn_on_full_buffer=False)
    stage["arrived"] = arrived


def orders():
    listen_to_signals()
    text = b""
    while True:
        ready, _, _ = select.select([stage["line"], stage["arrived"]], [], [])
        if stage["arrived"] in ready:
            try:
                os.read(stage["arrived"], 256)
            except BlockingIOError:
                pass
        if stage["line"] in ready:
            more = stage["line"].recv(65536)
            if not more:
                return
            *lines, text = (text + more).split(b"\n")
            yield from (line.decode() for line in lines)


def obey():
    try:
        for words in orders():
            verb, _, rest = words.partition(" ")
            say(("ok " + order(verb, rest)).rstrip())
    except OSError:
        pass
    leave(99)


def main():
    for name in FATAL:
        behave(name, "die")
    for name in REPORTED:
        behave(name, "report")
    enter_witness()
    connect()
    obey()


main()
