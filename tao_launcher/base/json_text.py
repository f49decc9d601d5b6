"""JSON as people write it by hand: read strictly, and every fault said with its place."""
from __future__ import annotations

from . import json_value
from .errors import Fault, FileError
from .late import json, re
from .secrets import is_secret_name
from .text import is_utf8, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 16 * 1024 * 1024  # ten thousand mounts need 1 MB
MAX_DEPTH = 32
NO_NUMBER = 'NaN and infinity are not JSON numbers'
BOM = b'\xef\xbb\xbf'  # of UTF-8


class Number(float):
    """A number with a point or an exponent, and how it was written."""

    text: str


class RepeatedKeys(dict):  # type: ignore[type-arg]
    """An object whose text has a key more than once; `repeated` names them."""

    repeated: list[str]


SHOWN_FAULTS = 50
INVISIBLE = ('\u200b', '\u200c', '\u200d', '\u2060', '\ufeff')  # what nobody sees either, and is no space


def refused(name: str, faults: Sequence[Fault], notices: Sequence[str] = ()) -> FileError:
    """The error for a file with these faults, of which it says the first ones; a notice may explain one of them."""
    more = len(faults) - SHOWN_FAULTS
    return FileError(
        name, plural(len(faults), 'problem'),
        *map(str, faults[:SHOWN_FAULTS]), *([f'… and {more} more'] if more > 0 else []),
        *(f'notice: {notice}' for notice in notices[:SHOWN_FAULTS]), faults=faults, notices=notices,
    )


def at(path: str, key: str | int) -> str:
    """The path of a member: Mounts[0].source, DockerOptions["odd key"]."""
    if isinstance(key, int):
        return f'{path}[{key}]'
    if 0 < len(key) <= 40 and all(c.isalnum() or c in '_$-' for c in key):
        return f'{path}.{key}' if path else key
    return f'{path}[{json.dumps(key[:40], ensure_ascii=False)}]'


def show(value: object) -> str:
    """A value of the file for a message: short, on one line."""
    if isinstance(value, dict):
        return 'an object'
    if isinstance(value, list):
        return 'a list'
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f'{text[:50]}… ({len(text)} characters)'


def loads(data: bytes, name: str) -> object:
    """The value in `data`; `name` is the file's, for the error.

    Raises FileError with line, column, the line itself and a caret.
    """
    if len(data) > MAX_BYTES:
        raise FileError(name, f'larger than {MAX_BYTES >> 20} MiB, so it cannot be the right file')
    text = _decode(data, name)
    if not text.strip():
        raise FileError(name, 'the file is empty', 'expected a JSON object, at least {}')
    try:
        value: object = json_value.value(text, pairs=_object, parse_float=_number)
    except json.JSONDecodeError as e:
        raise _not_json(text, e, name) from None
    except RecursionError:
        raise FileError(name, 'nested too deeply') from None
    except ValueError:  # Python refuses to convert a number of thousands of digits
        raise FileError(name, 'holds a number with too many digits') from None
    return value


def _decode(data: bytes, name: str) -> str:
    if data.startswith((b'\xff\xfe', b'\xfe\xff')):
        raise FileError(name, 'is UTF-16; save it as UTF-8')
    data = data[len(BOM):] if data.startswith(BOM) else data  # codec utf-8-sig would be one module more
    try:
        return data.decode()
    except UnicodeDecodeError as e:
        line = data.count(b'\n', 0, e.start) + 1
        raise FileError(
            name, f'is not UTF-8 (byte 0x{data[e.start]:02x})', 'save the file as UTF-8', at=(line,),
        ) from None


def _number(text: str) -> Number:
    number = Number(text)
    number.text = text
    return number


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    from collections import Counter

    repeated = RepeatedKeys(value)
    repeated.repeated = sorted(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return repeated


def text_faults(value: object) -> Iterator[Fault]:
    """What JSON allows and no file of ours may hold, wherever it is."""
    todo: list[tuple[str, object, int]] = [('', value, 0)]
    while todo:
        path, item, depth = todo.pop()
        if depth > MAX_DEPTH:
            yield Fault(path[:60], 'nested too deeply', structural=False)
        elif isinstance(item, dict):
            for key in getattr(item, 'repeated', ()):
                yield Fault(at(path, key), 'appears more than once', structural=False)
            for key in item:
                yield from _string_faults(at(path, key), key)
            todo.extend((at(path, k), v, depth + 1) for k, v in reversed(list(item.items())))
        elif isinstance(item, list):
            todo.extend((at(path, i), item[i], depth + 1) for i in reversed(range(len(item))))
        elif isinstance(item, str):
            yield from _string_faults(path, item)
        elif isinstance(item, float) and (item != item or abs(item) == float('inf')):
            yield Fault(path, NO_NUMBER, structural=False)


def _string_faults(path: str, text: str) -> Iterator[Fault]:
    if '\0' in text:
        yield Fault(path, 'holds a NUL character', structural=False)
    if not is_utf8(text):
        yield Fault(path, 'holds half a surrogate pair', structural=False)


def _not_json(text: str, error: json.JSONDecodeError, name: str) -> FileError:
    pos, reason, advice = _slip(text, error)
    start = text.rfind('\n', 0, pos) + 1
    column = pos - start
    line = _masked(text)[start:].split('\n', 1)[0].rstrip('\r')
    shown = ''.join(c if c.isprintable() else ' ' for c in line)
    cut = max(0, column - 60)
    return FileError(
        name, f'not JSON: {reason}', shown[cut:cut + 100], ' ' * (column - cut) + '^',
        at=(text.count('\n', 0, pos) + 1, column + 1), advice=advice,
    )


def _masked(text: str) -> str:
    """The text with the environment's words starred out, but for names: values may be secrets.

    Where JSON is broken, nobody can tell a value for certain; so all of that section counts as one. Whatever it is
    called: a name in it that looks secret makes it one.
    """
    words = [(found.start(), found.end()) for found in re.finditer('Envs|variable|value', text)]
    names = [
        (found.start(), found.end())
        for found in re.finditer(r'(?<![\w./~$-])[\w.-]+', text) if is_secret_name(re.sub('[.-]', '_', found.group()))
    ]
    if names:  # what comes before the name, in the same object, may be its value; a bracket more may be the slip
        before = [found.start() for found in re.finditer(r'[\[{]', text[:names[0][0]])]
        words.append((before[-2] if len(before) > 1 else 0, names[-1][1]))
    if not words:
        return text
    start = min(word[0] for word in words)
    section = re.compile('"?(Mounts|DockerOptions)').search(text, max(word[1] for word in words))
    end = section.start() if section else len(text)
    name = r"""\bvariable["']\s*:\s*["'][A-Za-z_]\w*["'](?=\s*[,}])"""
    pattern = name + r"""|\b(?:Envs|variable|value)\b|[^\s,:{}\[\]"']"""
    masked = re.sub(pattern, lambda m: m.group() if len(m.group()) > 1 else '*', text[start:end])
    return text[:start] + masked + text[end:]


def _slip(text: str, error: json.JSONDecodeError) -> tuple[int, str, str]:
    """(position, what is wrong, what to do) of the common slips; json's own words otherwise."""
    pos = error.pos
    odd = text[pos:].lstrip(' \t\n\r')
    if odd[:1].isspace() or odd.startswith(INVISIBLE):
        return len(text) - len(odd), f'U+{ord(odd[0]):04X} is no blank to JSON', 'put an ordinary blank in its place'
    before = text[:pos].rstrip()
    rest = text[pos:].lstrip()
    if rest[:1] == ',' and rest[1:].lstrip()[:1] in ('}', ']'):
        return len(text) - len(rest), 'trailing comma', 'remove the comma'
    if rest[:1] in ('}', ']') and before.endswith(','):
        return len(before) - 1, 'trailing comma', 'remove the comma'
    pos = len(text) - len(rest)
    if text[:pos][-1:] in ('', '\n') and re.match(r'(<{7}|\|{7}|={7}|>{7})\s', f'{rest}\n'):
        return (
            pos, 'conflict markers of git left in the file',
            'keep one side of each conflict, and delete the lines with <<<<<<<, ======= and >>>>>>>',
        )
    if rest.startswith(('//', '/*', '#')):
        return pos, 'comment', 'JSON has no comments; a key that starts with "_" can hold one'
    if not rest:
        return len(before), 'the file ends too early', 'close what is still open'
    if rest[0] == "'":
        return pos, 'single quotes', 'use double quotes for strings'
    if rest[0] == '<':
        return pos, 'placeholder text left in the file', 'put your own value here, in double quotes'
    word = re.match(r'(True|False|None)\b', rest)
    if word:
        right = {'True': 'true', 'False': 'false', 'None': 'null'}[word.group(1)]
        return pos, f'{word.group(1)} is Python', f'write {right}'
    if error.msg.startswith("Expecting ',' delimiter"):
        return pos, 'a comma is missing before this', 'put a comma between the entries'
    if error.msg.startswith('Extra data'):
        return pos, 'unexpected content after the end of the object', 'the file holds one object, in one pair of { }'
    if error.msg.startswith(('Unterminated string', 'Invalid control character')):
        return error.pos, 'a string is not closed on its line', 'close it with a double quote'
    if error.msg.startswith('Invalid \\'):
        return error.pos, 'unknown escape', r'write a backslash as \\'
    return pos, error.msg[:1].lower() + error.msg[1:], ''
