"""What the log says, in Russian or English by the locale (locale(7): LC_ALL, LC_MESSAGES, LANG)."""

from __future__ import annotations

import os

_SENTENCES: dict[str, tuple[str, str]] = {
    "initialising": (
        "Initialising single-instance enforcement...",
        "Инициализация single-instance enforcement...",
    ),
    "active": ("✅ Single-instance enforcement is active", "✅ Single-instance enforcement активирован"),
    "checking": ("Checking single-instance enforcement...", "Проверка single-instance enforcement..."),
    "found": ("Found {count} duplicate processes", "Найдено {count} дублирующих процессов"),
    "none-found": ("No duplicate processes found", "Дублирующие процессы не найдены"),
    "cleaning": (
        "Cleaning up duplicate processes automatically...",
        "Автоматическая очистка дублирующих процессов...",
    ),
    "ending": ("Ending process PID {pid} with {signal}", "Завершение процесса PID {pid} сигналом {signal}"),
    "ended": ("Process PID {pid} ended", "Процесс PID {pid} успешно завершён"),
    "killed": (
        "Process PID {pid} did not answer {signal} and was killed with SIGKILL",
        "Процесс PID {pid} не ответил на {signal}, завершён принудительно сигналом SIGKILL",
    ),
    "not-ended": (
        "Process PID {pid} could not be ended: {reason}",
        "Не удалось завершить процесс PID {pid}: {reason}",
    ),
    "summary": (
        "Processes ended: {terminated} of {found}, failed: {failed}",
        "Завершение процессов: {terminated} успешно, {failed} неудачно из {found} найденных",
    ),
    "established": (
        "Single-instance enforcement is in place",
        "Single-instance enforcement успешно установлен",
    ),
    "no-cleanup": (
        "Automatic cleanup is off. A single instance cannot be enforced.",
        "Auto cleanup отключён. Single-instance не может быть обеспечен.",
    ),
    "no-lock": ("The single-instance lock was not acquired", "Не удалось получить блокировку single-instance"),
    "locked": ("Lock acquired: {path}", "Блокировка получена: {path}"),
    "lock-timeout": (
        "Cannot acquire lock within {timeout}s: {path}",
        "Не удалось получить блокировку в течение {timeout}s: {path}",
    ),
    "lock-error": ("Cannot acquire lock: {reason}", "Ошибка при получении блокировки: {reason}"),
    "unlocked": ("Lock released: {path}", "Блокировка освобождена: {path}"),
    "unlock-error": ("Cannot release lock: {reason}", "Ошибка при освобождении блокировки: {reason}"),
    "search-error": (
        "Cannot look for duplicate processes: {reason}",
        "Ошибка при поиске дублирующих процессов: {reason}",
    ),
    "handlers": ("Signal handlers are set up", "Обработчики сигналов настроены"),
    "signalled": ("Received {signal}, ending properly...", "Получен сигнал {signal}, корректное завершение..."),
    "critical": (
        "CRITICAL: a single instance could not be enforced",
        "КРИТИЧЕСКАЯ ОШИБКА: Не удалось обеспечить single-instance режим",
    ),
    "process": (
        "PID {pid}: {command} (directory {directory}, user {user}, since {since})",
        "PID {pid}: {command} (каталог {directory}, пользователь {user}, с {since})",
    ),
    "unseen": (
        "The lock is held by a process that cannot be seen from here",
        "Блокировку удерживает процесс, которого отсюда не видно",
    ),
    "remedy": ("To end it: {remedy}", "Чтобы завершить его: {remedy}"),
    "stopping": ("Stopping the application...", "Остановка приложения..."),
    "survived": ("it lives on", "он не завершился"),
    "denied": ("this user may not signal it", "этот пользователь не может послать ему сигнал"),
    "untouched": ("it was left alone", "он не тронут"),
    "managed": ("its supervisor would start it again", "его супервизор запустит его снова"),
}


def say(sentence: str, **values: object) -> str:
    """The sentence with this name, in the language of the locale."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return _SENTENCES[sentence][locale.startswith("ru")].format(**values)
