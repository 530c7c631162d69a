"""`python -m process_manager`: the diagnosis."""

from __future__ import annotations

from . import create_process_manager


def main() -> None:
    print("=== PROCESS MANAGER DIAGNOSTIC ===")
    status = create_process_manager().get_status_report()
    print(f"Current PID: {status['current_pid']}")
    print(f"Lock file: {status['lock_file']}")
    print(f"Duplicate processes: {status['duplicate_processes_count']}")
    for process in status["duplicate_processes"]:
        print(f"  PID {process['pid']}: {process['cmdline']}")
        print(f"    created: {process['create_time']}, status: {process['status']}")
    print(f"Single instance enforced: {status['single_instance_enforced']}")


if __name__ == "__main__":
    main()
