"""~/.tao/config.json, which replaces the built-in catalogue, in NVIDIA's three formats.

1.0  {dockers: {IMAGE: {docker_registry, docker_tag, tasks}}}
2.0  {dockers: {IMAGE: {TAG: {docker_registry, tasks}}}}
3.0  {task_group: {GROUP: {dockers: {IMAGE: {TAG: {docker_registry, tasks, docker_digest?}}}}}}
"""
from __future__ import annotations

from ..base.json_reader import Reader
from ..base.json_text import at, refused, text_faults
from ..settings import parsers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Dict, List

    Images = Dict[str, List[str]]


def read(document: object, path: str) -> tuple[str, dict[str, Images]]:
    """(name of the release, group → image → tasks). Raises ConfigError with every fault of the file `path`."""
    reader = Reader()
    top = reader.members('', document)
    found = groups(top, document, reader)
    reader.faults.extend(text_faults(document))
    if reader.faults:
        raise refused(path, reader.faults)
    return str(top.get('toolkit_version') or 'config.json'), found


def groups(top: Mapping[str, Any], document: object, reader: Reader) -> dict[str, Images]:
    """Group → image → tasks of a document with these members; its faults go to `reader`."""
    version = str(top.get('format_version', ''))
    form = {'1': 1, '1.0': 1, '2': 2, '2.0': 2, '3': 3, '3.0': 3}.get(version)
    found: dict[str, Images] = {}
    if form == 3:
        for group, entry in reader.members('task_group', top.get('task_group')).items():
            where = at('task_group', group)
            dockers = reader.members(where, entry).get('dockers')
            found[group] = _images(f'{where}.dockers', dockers, reader, tags=True)
    elif form:
        found['model'] = _images('dockers', top.get('dockers'), reader, tags=form == 2)
    elif isinstance(document, dict):
        reader.expect('format_version', top.get('format_version'), '1.0, 2.0 or 3.0')
    return found


def _images(path: str, dockers: object, reader: Reader, *, tags: bool) -> Images:
    found: Images = {}
    for image, entry in reader.members(path, dockers).items():
        where = at(path, image)
        if not tags:
            one = reader.members(where, entry)
            if isinstance(entry, dict):
                # without a tag the file is refused, with what else is wrong with the entry
                tag = reader.text(at(where, 'docker_tag'), one.get('docker_tag')) or 'none'
                _add(found, where, image, tag, entry, reader)
            continue
        for tag, tagged in reader.members(where, entry).items():
            _add(found, at(where, tag), image, tag, tagged, reader)
    return found


def _add(found: Images, path: str, image: str, tag: str, entry: object, reader: Reader) -> None:
    members: Mapping[str, Any] = reader.members(path, entry)
    if not isinstance(entry, dict):
        return
    registry = reader.text(at(path, 'docker_registry'), members.get('docker_registry'))
    digest = members.get('docker_digest')
    if digest is not None and not parsers.is_digest(digest):
        reader.expect(at(path, 'docker_digest'), digest, '"sha256:" and 64 hex digits')
        digest = None
    names = (reader.text(where, item) for where, item in reader.items(at(path, 'tasks'), members.get('tasks')))
    tasks = [name for name in names if name]
    reference = f'{registry}/{image}@{digest}' if digest else f'{registry}/{image}:{tag}'
    if registry:
        reader.parsed(path, reference, parsers.image)
    found[reference] = tasks
