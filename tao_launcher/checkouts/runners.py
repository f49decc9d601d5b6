"""Developer runners: the container of a backend checkout, from its profile and docker/manifest.json."""
from __future__ import annotations

from ..base.json_reader import Reader
from ..base.json_text import loads, refused, text_faults
from ..base.shell import quote
from ..launch.plan import Target
from ..settings import parsers
from ..settings.values import Mount, Source, Variable
from .platforms import entry_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

MANIFEST = 'docker/manifest.json'
BUILDS_ITS_BASE = 'tao_tf'  # as NVIDIA's does


def defaults(profile: Mapping[str, Any]) -> dict[str, str]:
    """The settings that a runner starts from."""
    return {'shm_size': profile['defaults']['--shm_size']}


def in_place(profile: Mapping[str, Any], root: str) -> dict[str, Any]:
    """The profile of a runner whose checkout stays where it is, and whose command works in the current folder."""
    return {**profile, 'mounted_at': root, 'pythonpath': root, 'working_directory': None}


def target(
    program: str, profile: Mapping[str, Any], root: str, image: str, command: Sequence[str], *, has_core: bool,
) -> Target:
    """What a runner launches: `command`, or a shell, on the checkout at `root` (an absolute path).

    `has_core` tells that its submodule tao-core is there, which base images do not contain.
    """
    place = profile['mounted_at']
    own = Source('program', program)
    paths = [profile['pythonpath'], *([f'{place}/{profile["tao_core"]}'] if has_core else [])]
    return Target(
        job=f'{program}/{"run" if command else "shell"}',
        image=image,
        command=tuple(command),
        mounts=(Mount(root, place, '', Source('program', f'{program}: the checkout')),),
        variables=(
            # the host's PYTHONPATH means nothing in the container
            Variable('PYTHONPATH', ':'.join(paths), own),
            # a session is root's, and its .pyc files in the checkout would be in the way of everyone else
            Variable('PYTHONDONTWRITEBYTECODE', '1', own),
        ),
        network='host' if profile['network_default'] == '--net=host' else '',
        workdir=profile['working_directory'] or '',
        image_from=quote(f'{root}/{MANIFEST}'),
        program=program,
        checkout=root,
    )


def manifest_image(data: bytes, path: str, machine: str, *, by_tag: bool, asked: str = '') -> str:
    """The base image that a manifest names: by digest (the machine's, if it has several), else by tag.

    `machine` is uname's name, or the platform that is asked for, `asked` then what says so. With `by_tag` only its
    registry and repository count. Raises ConfigError with every fault.
    """
    reader = Reader()
    document = loads(data, path)
    reader.faults.extend(text_faults(document))
    members = reader.members('', document)
    if not isinstance(document, dict):
        raise refused(path, reader.faults)
    names = [reader.text(key, members.get(key)) for key in ('registry', 'repository')]
    reference = _reference(members, machine, asked, reader) if not by_tag and not reader.faults else ''
    image = f'{names[0]}/{names[1]}{reference}'
    if not reader.faults:
        reader.parsed('', image, parsers.image)  # as any other: a checkout is someone else's
    if reader.faults:
        raise refused(path, reader.faults)
    return image


def _reference(members: Mapping[str, Any], machine: str, asked: str, reader: Reader) -> str:
    """"@sha256:…" or ":TAG" of a manifest."""
    digests = members.get('digests')
    path, digest = 'digest', members.get('digest')
    if digests is not None:
        architecture = entry_of(machine)
        path = f'digests.{architecture}'
        entries = reader.members('digests', digests)
        digest = entries.get(architecture)
        if digest is None and architecture in entries:
            reader.expect(path, digest, '"sha256:" and 64 hex digits')
        if digest is None and not reader.faults:
            has = ', '.join(digests) or 'none'
            by = f', which {asked} asks for' if asked else ''
            wanted = f'{machine if asked else "this machine"} ({architecture}){by}'
            reader.fault('digests', f'no image for {wanted}; it has {has}')
    if digest is not None:
        if parsers.is_digest(digest):
            return f'@{digest}'
        reader.expect(path, digest, '"sha256:" and 64 hex digits')
    elif not reader.faults:
        tag = reader.text('tag', members.get('tag'), 'a tag, or a digest beside it')
        return f':{tag}'
    return ''
