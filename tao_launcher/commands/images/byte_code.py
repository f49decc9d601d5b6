"""The byte code of tao.pyz, made by each Python that is there: without it all is compiled at every start."""
from __future__ import annotations

import os
import sys

from ...base import machine, temporary
from ...engine.ask import ask
from .pyz_loader import entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NEWEST = 15  # 3.N
PATIENCE = 120.0  # seconds
# It prints its magic number. Version 2 of the format is the same whoever else refers to a value.
COMPILE = '''
import sys
del sys.path[0]  # the current folder
if sys.version_info < (3, 8):
    sys.exit(1)
import marshal, zipfile
from importlib.util import MAGIC_NUMBER
codes = {}
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in archive.namelist():
        if name.endswith('.py'):
            codes[name] = marshal.dumps(compile(archive.read(name), name, 'exec', dont_inherit=True))
with open(sys.argv[2], 'wb') as file:
    file.write(marshal.dumps(codes, 2))
print(MAGIC_NUMBER.hex())
'''


def pythons(environ: Mapping[str, str]) -> list[str]:
    """This Python and those on PATH that the launcher runs with, by their versions' names."""
    names = [f'python3.{minor}' for minor in range(8, NEWEST + 1)]
    found = [sys.executable, *(path for path in (machine.which(name, environ) for name in names) if path)]
    return list({os.path.realpath(path): path for path in found}.values())


def compiled(archive: bytes, interpreters: Iterable[str]) -> dict[str, bytes]:
    """The entries with the byte code of an archive's modules, one for each kind of Python among the interpreters.

    The same Python makes the same of the same archive. What cannot be started, is none, or is too old is left out.
    """
    found: dict[str, bytes] = {}
    with temporary.folder() as folder:
        sources, codes = os.path.join(folder, 'sources.zip'), os.path.join(folder, 'codes')
        with open(sources, 'wb') as file:
            file.write(archive)
        for interpreter in interpreters:
            # the order of a set's values is in its code
            words = (interpreter, '-S', '-B', '-W', 'ignore', '-c', COMPILE, sources, codes)
            answer = ask(words, {'PYTHONHASHSEED': '0'}, PATIENCE)
            if answer.code == 0:
                with open(codes, 'rb') as file:
                    found.setdefault(entry(bytes.fromhex(answer.out.strip())), file.read())
    return found
