"""The launcher as one file, tao.pyz, that python3 runs without anything installed."""
from __future__ import annotations

import io
import os
import re
import zipfile
from importlib import metadata

from ... import __file__ as INIT
from ... import __version__
from ...base.host import environment
from ...base.reading import blocks
from .byte_code import compiled, pythons

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import Distribution

NAME = 'tao-launcher'
# A Python that is too old reads it too, and is told so.
START = b'''\
import sys

if sys.version_info >= (3, 8):
    from tao_launcher.commands.images.pyz_loader import use_byte_code

    use_byte_code(__loader__)

from tao_launcher.main import console

console()
'''
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can hold
CODE = re.compile(r'.*\.(py|json)')
GUIDES = re.compile(r'.*/data/guides/.*\.md')
LEGAL = re.compile(r'[^/]+\.dist-info/(METADATA|(.*/)?(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*)', re.IGNORECASE)
LEFT_OUT = re.compile(r'(\.\.|bin|(.*/)?(tests?|benchmarks|__pycache__))/.*')


def program() -> bytes:
    """The bytes of tao.pyz: of the file that is running, or made from this package and what is installed."""
    archive: str = getattr(__loader__, 'archive', '')  # type: ignore[name-defined]
    if archive:
        return b''.join(blocks(archive))
    package = os.path.dirname(os.path.abspath(INIT))
    others = [installed(name) for name in ('colorama', 'shellingham')]
    return build(package, own_licence(package), __version__, others, pythons(environment()))


def build(
    package: str, licence: bytes, version: str, others: Iterable[Mapping[str, bytes]], interpreters: Iterable[str] = (),
) -> bytes:
    """The bytes of tao.pyz: the package at that folder, its licence and version, and others' files by name.

    With the byte code of these Pythons they start it three times as fast, and any other still runs it.
    Same inputs, same bytes: sorted, without times and without compression, which differs between zlibs.
    """
    information = f'{NAME.replace("-", "_")}-{version}.dist-info'
    files = {
        '__main__.py': START,
        f'{information}/METADATA': f'Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n'.encode(),
        **({f'{information}/LICENSE': licence} if licence else {}),
        **_package(package),
    }
    for other in others:
        files.update(other)
    return _archive({**files, **compiled(_archive(files), interpreters)})


def _archive(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    buffer.write(b'#!/usr/bin/env python3\n')
    with zipfile.ZipFile(buffer, 'a', zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[name])
    return buffer.getvalue()


def _package(folder: str) -> dict[str, bytes]:
    found = {}
    for inside, _, names in os.walk(folder):
        for path in (os.path.join(inside, name) for name in names):
            name = os.path.relpath(path, os.path.dirname(folder))
            if (CODE.fullmatch(name) or GUIDES.fullmatch(name)) and not LEFT_OUT.fullmatch(name):
                found[name] = b''.join(blocks(path))
    return found


def carried(distribution: Distribution) -> dict[str, bytes]:
    """The files of an installed package by name, with its licence; {} when it has compiled parts or no licence."""
    paths = {str(path): path for path in distribution.files or () if not LEFT_OUT.fullmatch(str(path))}
    legal = [name for name in paths if LEGAL.fullmatch(name)]
    if len(legal) < 2 or any(name.endswith(('.so', '.pyd')) for name in paths):
        return {}
    names = [*legal, *(name for name in paths if CODE.fullmatch(name))]
    return {name: paths[name].read_binary() for name in names}


def installed(name: str) -> dict[str, bytes]:
    """What `carried` says of the package of that name; {} when it is not installed."""
    try:
        return carried(metadata.distribution(name))
    except (metadata.PackageNotFoundError, OSError):
        return {}


def own_licence(package: str) -> bytes:
    """The launcher's licence: of the checkout that it runs from, else of the installed package; b'' without."""
    path = os.path.join(os.path.dirname(package), 'LICENSE')
    if os.path.isfile(path):
        return b''.join(blocks(path))
    files = metadata.distribution(NAME).files or ()
    return next((file.read_binary() for file in files if LEGAL.fullmatch(str(file)) and file.name != 'METADATA'), b'')
