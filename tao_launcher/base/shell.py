"""Words as a shell takes them: in scripts, and in every command that is suggested to people. Pure."""
from __future__ import annotations

from .late import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


# What no shell minds, but = and % at the start: zsh takes =ls for the path of ls, fish %self for its process.
PLAIN = frozenset('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_')
CALLER = '\0'  # takes the place in a command line of the name of who types it; no quoted word holds it


def quote(word: str) -> str:
    """A word on one line that nothing expands; one that a terminal or a tool would trip over is written $'…'."""
    if word.isprintable():
        return exact(word)
    return "$'" + ''.join(map(_escaped, word)) + "'"


def exact(word: str) -> str:
    """A word that nothing expands, with every character as it is."""
    if word and PLAIN.issuperset(word) and word[0] not in '=%':
        return word
    if '\\' not in word:
        return "'" + word.replace("'", "'\"'\"'") + "'"
    # between single quotes fish, unlike others, has \\ and \' mean one character; "\\" is the same in all shells
    return "'" + re.sub(r"[\\']*'[\\']*|\\{2,}|\\$", _in_double_quotes, word) + "'"


def _in_double_quotes(found: re.Match[str]) -> str:
    return "'\"" + found[0].replace('\\', '\\\\') + "\"'"


def split(line: str) -> list[str]:
    """The words of a line, as a shell would split it. Raises ValueError, which names an open quote."""
    if PLAIN.issuperset(line.replace(' ', '')):
        return line.split()
    import shlex  # slow to load

    return shlex.split(line)


def exact_line(words: Iterable[str]) -> str:
    """The words of a command, which every POSIX shell, fish and shlex.split read back."""
    return ' '.join(map(exact, words))


def _escaped(character: str) -> str:
    names = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', "'": "\\'"}
    if character in names or character.isprintable():
        return names.get(character, character)
    return ''.join(f'\\{byte:03o}' for byte in character.encode('utf-8', 'surrogateescape'))


def join(words: Iterable[str]) -> str:
    """Words for one line."""
    return ' '.join(map(quote, words))


def typed(command: str) -> str:
    """A command line whose CALLER the shell fills in that it is typed in."""
    return command.replace(CALLER, '$(id -un)')


def within(command: str) -> str:
    """A command line as one word of another, such as su -c; its CALLER is filled in before su becomes another user."""
    if re.search(r'["`!\'\\$]', command):
        return '"$(id -un)"'.join(map(quote, command.split(CALLER)))
    return typed(f'"{command}"')


def expanded(before: str, variable: str, after: str) -> str:
    """A word with the value of a shell variable in it, in double quotes."""
    plain = [re.sub(r'([\\"$`])', r'\\\1', text) for text in (before, after)]
    return f'"{plain[0]}${{{variable}}}{plain[1]}"'
