"""A task's words: which of them may be paths, and what the option or key in front of each says of it. Pure."""
from __future__ import annotations

from ..base.errors import ConfigError
from ..base.late import re
from ..base.record import Record
from ..base.text import in_quotes, is_utf8
from ..settings.values import clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPEC = ('-e', '--experiment_spec_file', '--experiment_spec', '--spec')
OUTPUT = ('-r', '--results_dir', '-o', '--output_dir', '--output', '--out_dir')
# The names, or the ends of names such as train.results_dir, of keys whose value the task writes to.
OUTPUT_KEYS = (
    'result_dir', 'results_dir', 'outputs_dir', 'output_dir', 'output_path', 'output_root', 'output_folder',
    'output_file',
)
JOINED = '(-[ero])([^-=].*)'  # an option of one letter and its value in one word
# What files of tasks end with; a word without it and without a slash is rarely meant as a path.
SUFFIXES = (
    '.yaml', '.yml', '.json', '.jsonl', '.toml', '.txt', '.csv', '.xml', '.cfg', '.pbtxt', '.hdf5', '.h5', '.pth',
    '.pt', '.ckpt', '.safetensors', '.tlt', '.etlt', '.onnx', '.engine', '.trt', '.pkl', '.npy', '.npz', '.tfrecord',
    '.tfrecords', '.bin', '.cache', '.zip', '.tar', '.gz', '.png', '.jpg', '.jpeg', '.mp4', '.wav',
)
PATHS = ('dir', 'path', 'file', 'folder', 'root', 'spec', 'checkpoint')
PIECE = r'''(?:[^][(){},"']|"[^"]*"|'[^']*')+'''  # of a list or a dict
AS_COMMAS = str.maketrans('][(){}', ',' * 6)
# Its -e is the engine file that it writes.
WRITES_WITH_E = ('converter', 'tlt-converter', 'tao-converter')


class Argument(Record):
    """A path among a task's arguments, and the option or key in front of it ('' for a bare one).

    An absolute path is normalised; any other is as it was written, and may be no path at all.
    """

    path: str
    key: str = ''

    def refuse_other_bytes(self) -> None:
        """Raise ConfigError for a path that the container would get as another one."""
        if not is_utf8(self.path):
            raise ConfigError(
                f'{self.key}: a path that is not UTF-8: the task would get another path'.lstrip(': '),
                in_quotes(self.path), advice='rename it',
            )

    def is_spec(self, task: str) -> bool:
        """Whether it is the spec file."""
        return self.key in SPEC and task not in WRITES_WITH_E

    def is_output(self, task: str) -> bool:
        """Whether the task writes there."""
        return not self.is_spec(task) and (self.key in (*OUTPUT, '-e') or _ends_with(self.key, OUTPUT_KEYS))

    def unexpanded(self, task: str) -> str:
        """A notice about a variable that a shell would have replaced in a relative path that the task needs, or ''.

        A task itself replaces ${NAME} in values for its spec file, but not in the name of that.
        """
        if '$' not in self.path or not (self.is_spec(task) or self.is_output(task)):
            return ''
        if not re.search(r'\$\{?[A-Za-z_]' if self.is_spec(task) else r'\$[A-Za-z_]', self.path):
            return ''
        return f'the task gets the "$" of {self.path} as it is; only a shell would expand it'

    def is_meant_as_a_path(self) -> bool:
        """Whether the word, or the option or key in front of it, says that it is a path."""
        return looks_like_a_path(self.path) or self.key in ('-m', '-i') or is_path_key(self.key)


def arguments(words: Sequence[str]) -> list[Argument]:
    """What may be a path in a task's words: -e X, --spec=X, key=X, key=[X,X], key={name: X} and bare ones.

    An absolute one with ".." is left out, as where it leads is known to the container's own links, unless the task
    writes there: then it is as it was written.
    """
    found = []
    before = ''
    for word in words:
        key, equals, value = word.partition('=')
        joined = len(word) > 2 and word.startswith(('-e', '-r', '-o')) and re.fullmatch(JOINED, word)
        if joined and looks_like_a_path(joined.group(2)):
            key, value = joined.groups()
            equals = '='
        elif not equals or word.startswith('/'):
            key, value = before, word
        before = word if word.startswith('-') and not equals else ''
        if before:
            continue
        for name, item in _items(key, value):
            is_absolute = item.startswith('/')
            has_dots = '..' in (item if is_absolute else item.lstrip('./')).split('/')
            one = Argument(clean_path(item) if is_absolute and not has_dots else item, name)
            if has_dots and not (is_absolute and one.is_output('') and name != '-e') or '://' in item:
                continue
            if name in SPEC or one.is_output('') or one.path != '/' and not _is_no_path(item):
                found.append(one)
    return found


def _items(key: str, value: str) -> Iterator[tuple[str, str]]:
    """(key, value) of what a list or a dict holds; otherwise the key and the value itself, commas and all."""
    value = _unquoted(value)
    if value[:1] + value[-1:] not in ('[]', '()', '{}'):
        pieces = value.split(',')
        are_paths = all(piece.startswith('/') for piece in pieces)
        yield from ((key, piece) for piece in (pieces if are_paths else [value]))
        return
    for piece in _pieces(value):
        name, colon, item = piece.strip().partition(':')
        if colon and '{' in value and not item.startswith('//'):
            key = _unquoted(name)
        else:
            item = piece.strip()
        if item:
            yield key, _unquoted(item.strip())


def _pieces(value: str) -> Sequence[str]:
    """What the brackets and commas of a list or a dict separate, unless they are within quotes."""
    if '"' in value or "'" in value:
        return re.findall(PIECE, value)
    return value.translate(AS_COMMAS).split(',')


def looks_like_a_path(text: str) -> bool:
    """Whether a word by itself says that it is a path: a slash, or what files end with."""
    return '/' in text or text.lower().endswith(SUFFIXES)


def is_path_key(key: str) -> bool:
    """Whether an option or key by its name has a path for its value."""
    return key.endswith((*PATHS, *(f'{name}s' for name in PATHS))) or _ends_with(key, ('model',))


def _ends_with(key: str, names: Sequence[str]) -> bool:
    """Whether a key is one of these names, or ends with one after . - or _."""
    ends = (name for name in names if key.endswith(name))
    return any(key[-len(name) - 1:-len(name)] in ('', '.', '_', '-') for name in ends)


def _is_no_path(item: str) -> bool:
    """Whether nobody means a value as a path, whatever the current folder holds: a number, true, null, dots."""
    is_number = item[:1] in (*'0123456789.+-',) and not item.strip('0123456789.,_eE+-')
    return is_number or item.lower() in ('', 'true', 'false', 'null', 'none')


def _unquoted(text: str) -> str:
    """The text without a pair of quotes around it, which the task would take away."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in '\'"' else text
