"""A person at a real terminal: an interactive shell in a pseudo-terminal, typed at and read, never timed.

    terminal.py SCENARIO SOLOIST PROGRAM

Exits with 0 when the scenario went as it would without soloist; else says what was on the screen.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 30  # seconds that any one word may take


class Terminal:
    def __init__(self):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ["PS1"] = "ready> "
            os.execvp("bash", ["bash", "--noprofile", "--norc", "-i"])
        self.screen = ""
        self.expect("ready> ")

    def type(self, text):
        os.write(self.master, text.encode())

    def expect(self, pattern):
        """Waits for the pattern, and forgets what stood before it."""
        while True:
            found = re.search(pattern, self.screen)
            if found:
                seen = self.screen[: found.end()]
                self.screen = self.screen[found.end() :]
                return seen
            ready, _, _ = select.select([self.master], [], [], LIMIT)
            if not ready:
                sys.exit(f"waited in vain for {pattern!r}; on the screen: {self.screen!r}")
            try:
                self.screen += os.read(self.master, 4096).decode(errors="replace")
            except OSError:
                sys.exit(f"the terminal closed before {pattern!r}; on the screen: {self.screen!r}")

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self):
        os.close(self.master)
        os.waitpid(self.pid, 0)


def interrupts(terminal, run):
    terminal.type(run)
    terminal.expect("up")
    terminal.type("\x03")
    terminal.expect("got INT 1\\b")
    terminal.type("\x03")
    terminal.expect("got INT 2\\b")
    terminal.type("total\n")
    terminal.expect("INT=2\\b")
    terminal.type("end 0\n")
    terminal.expect("ready> ")
    terminal.type("echo rc=$?\n")
    terminal.expect("rc=0\\b")


def quits(terminal, run):
    terminal.type(run)
    terminal.expect("up")
    terminal.type("\x1c")
    terminal.expect("ready> ")
    terminal.type("echo rc=$?\n")
    terminal.expect("rc=131\\b")


def started(terminal, run):
    """Types the command, and returns the numbers of the program and of the soloist above it."""
    terminal.type(run)
    program = int(re.search(r"up (\d+)", terminal.expect(r"up \d+\s")).group(1))
    return program, int(stat(program)[1])


def stat(pid):
    """The fields of /proc/PID/stat from the state on."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()


def until_stopped(pids):
    """One that is about to stop may still read what is typed: the kernel knows when all have."""
    until = time.monotonic() + LIMIT
    while any(stat(pid)[0] != "T" for pid in pids):
        if time.monotonic() > until:
            sys.exit(f"not stopped: {[stat(pid)[0] for pid in pids]}")
        time.sleep(0.005)


def stop(terminal, pids):
    """Ctrl-Z, until both have stopped and the shell has its prompt."""
    terminal.type("\x1a")
    terminal.expect("Stopped")
    terminal.expect("ready> ")
    until_stopped(pids)


def to_the_front(terminal):
    terminal.type("fg\n")
    terminal.expect("soloist run")
    terminal.type("total\n")
    terminal.expect("INT=0")


def job_control(terminal, run):
    pids = started(terminal, run)
    for _ in range(2):
        stop(terminal, pids)
        to_the_front(terminal)
    stop(terminal, pids)
    terminal.type("bg\n")
    # In the background it reads the terminal at once, which stops the whole job (SIGTTIN).
    terminal.expect("ready> ")
    until_stopped(pids)
    to_the_front(terminal)
    terminal.type("\x03")
    terminal.expect("got INT 1\\b")
    terminal.type("end 4\n")
    terminal.expect("ready> ")
    terminal.type("echo rc=$?\n")
    terminal.expect("rc=4\\b")


def background(terminal, run):
    """A background job that is brought to the front reads the terminal and gets its Ctrl-C."""
    until_stopped(started(terminal, run.replace("\n", " &\n")))
    to_the_front(terminal)
    terminal.type("\x03")
    terminal.expect("got INT 1\\b")
    terminal.type("end 0\n")


def window(terminal, run):
    terminal.type(run)
    terminal.expect("up")
    terminal.resize(40, 100)
    terminal.expect("got WINCH 1\\b")
    terminal.type("total\n")
    terminal.expect("WINCH=1\\b")
    terminal.type("end 0\n")


def pipeline(terminal, run):
    """The reader of the pipe outlives Ctrl-C, or nobody could say what the program still wrote."""
    terminal.type(run.replace("\n", " | (trap '' INT; exec cat)\n"))
    terminal.expect("up")
    terminal.type("\x03")
    terminal.expect("got INT 1\\b")
    terminal.type("total\n")
    terminal.expect("INT=1\\b")
    terminal.type("end 0\n")
    terminal.expect("ready> ")


def hang_up_without_a_shell(terminal, run):
    """soloist leads the session itself (`ssh -t host soloist run …`, a terminal window's own command), and the program
    does not read from the terminal, whose end it would notice by that."""
    hang_up(terminal, "exec " + run.replace(program_words, "sh -c 'echo up $$; exec sleep 60'"))


def hang_up(terminal, run):
    program, _ = started(terminal, run)
    ended = os.pidfd_open(program)
    terminal.close()
    ready, _, _ = select.select([ended], [], [], LIMIT)
    if not ready:
        sys.exit("the program outlived its terminal")


def killed_from_outside(terminal, run):
    """A signal by kill(1) reaches the program once, also under a terminal."""
    _, soloist = started(terminal, run)
    os.kill(soloist, signal.SIGINT)
    terminal.expect("got INT 1\\b")
    terminal.type("total\n")
    terminal.expect("INT=1\\b")
    terminal.type("end 0\n")


def stopped_from_outside(terminal, run):
    """TSTP and CONT by kill(1) stop and wake the program with soloist."""
    pids = started(terminal, run)
    os.kill(pids[1], signal.SIGTSTP)
    terminal.expect("Stopped")
    terminal.expect("ready> ")
    until_stopped(pids)
    to_the_front(terminal)
    terminal.type("end 0\n")


scenario, soloist, program = sys.argv[1:]
program_words = f"python3 -u {program}"
globals()[scenario](Terminal(), f"{soloist} run --name bot --match none -- {program_words}\n")
