"""What tao.pyz loads first: its modules come from the byte code that the file has for this Python, else from sources.

The byte code of one Python is one entry of the archive: Python reads the names of all entries at every start.
"""
from __future__ import annotations

import _imp
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import loads
from zipimport import zipimporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType

CODE = 'byte-code/'  # a name for each Python follows


class Compiled(zipimporter):
    """The loader of an archive, which takes a module's code from what was compiled before.

    All else, such as data and the sources that a traceback shows, is what the archive has.
    """

    codes: dict[str, bytes] = {}  # by the source's name in the archive

    def find_spec(self, name: str, target: ModuleType | None = None) -> ModuleSpec | None:
        """A module's or a package's spec; None where the archive has none of that name."""
        path = self.prefix + name.rpartition('.')[2]
        is_package = f'{path}/__init__.py' in self.codes
        source = f'{path}/__init__.py' if is_package else f'{path}.py'
        if source not in self.codes:
            return None
        origin = f'{self.archive}/{source}'
        spec = ModuleSpec(name, self, origin=origin, is_package=is_package)  # type: ignore[arg-type]
        spec.has_location = True
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(f'{self.archive}/{path}')
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """A module as Python makes it."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname: str) -> CodeType:
        """A module's code, which says that it is from where its source is. Raises ImportError."""
        spec = self.find_spec(fullname)
        if spec is None or spec.origin is None:
            raise ImportError(f'no module {fullname}', name=fullname)
        code: CodeType = loads(self.codes[spec.origin[len(self.archive) + 1:]])
        _imp._fix_co_filename(code, spec.origin)  # type: ignore[attr-defined]
        return code


def entry(magic: bytes) -> str:
    """The archive's entry with the byte code of the Python that has this magic number."""
    return CODE + magic[:2].hex()


def use_byte_code(archive: zipimporter) -> None:
    """Have modules loaded from the archive's byte code, where it has some for this Python."""
    try:
        Compiled.codes = loads(archive.get_data(f'{archive.archive}/{entry(MAGIC_NUMBER)}'))
    except OSError:  # it has none
        return
    sys.path_hooks.insert(0, Compiled)
    sys.path_importer_cache.clear()
