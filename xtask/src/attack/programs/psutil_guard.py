# The guard that people write by hand: a pid file, a look through all processes, terminate, kill.
import os

PID_FILE = "bot.pid"


def end(process):
    import psutil

    try:
        print(f"terminating the old instance {process.pid}")
        process.terminate()
        process.wait(timeout=2)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(timeout=2)
    except psutil.Error:
        pass


def end_the_one_in_the_pid_file():
    import psutil

    try:
        with open(PID_FILE) as file:
            pid = int(file.read())
        if pid != os.getpid() and psutil.pid_exists(pid):
            end(psutil.Process(pid))
    except (OSError, ValueError, psutil.Error):
        pass


def end_whatever_looks_like_us():
    import psutil

    name = os.path.basename(__file__)
    for process in psutil.process_iter(["pid", "cmdline"]):
        if process.pid != os.getpid() and name in " ".join(process.info["cmdline"] or []):
            end(process)


if "ATTACK_BARE" not in os.environ:
    end_the_one_in_the_pid_file()
    end_whatever_looks_like_us()
    with open(PID_FILE, "w") as file:
        file.write(str(os.getpid()))

