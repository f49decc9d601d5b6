"""A miniature checkout of a backend, whose base image stands on the stand-in image in a registry of the test."""
from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Sequence, Union

if TYPE_CHECKING:
    from air_gap import Registry
    from conftest import Docker

BASE = 'base:1'
REPOSITORY = 'nvstaging/tao/tao_pytorch_base_image'
OLD = 'sha256:' + '1' * 64
# A python that builds wheels in no time, says who it is, and leaves what setuptools would.
PYTHON = r"""#!/bin/sh
[ "$*" = 'setup.py bdist_wheel' ] || exit 9
echo "python in $PWD as $(id -u):$(id -g), HOME=$HOME"
[ ! -e fail ] || exit 4
mkdir -p dist build/lib mini.egg-info
echo wheel >dist/mini-1.0-py3-none-any.whl
echo lib >build/lib/mini.py
echo info >mini.egg-info/PKG-INFO
"""
DOCKERFILE = """FROM {base}
COPY content.txt /content.txt
COPY docker/python /usr/local/bin/python
CMD ["/bin/sh", "-c", "echo the image's own"]
"""


class Mini:
    """The checkout at `root`, of every backend, and the programs run on it."""

    def __init__(self, root: Path, docker: Docker, host: str, base: str) -> None:
        self.root, self.docker, self.host = root, docker, host
        (root / 'docker').mkdir(parents=True)
        for name in ('pytorch', 'tf1', 'tf2', 'deploy', 'ds'):
            (root / f'nvidia_tao_{name}').mkdir()
        (root / 'docker' / 'python').write_text(PYTHON)
        (root / 'docker' / 'python').chmod(0o755)
        (root / 'docker' / 'Dockerfile').write_text(DOCKERFILE.format(base=base))
        (root / 'content.txt').write_text('one\n')
        self.write({'digest': OLD})

    @property
    def manifest(self) -> Path:
        return self.root / 'docker' / 'manifest.json'

    def write(self, members: Mapping[str, Any]) -> str:
        """Write the manifest with these beside its registry and repository; its text."""
        text = json.dumps({'registry': self.host, 'repository': REPOSITORY, **members}, indent=4) + '\n'
        self.manifest.write_text(text)
        return text

    def digest(self) -> str:
        return str(json.loads(self.manifest.read_text())['digest'])

    def run(
        self, program: Union[str, Path], *words: str, prefix: Sequence[str] = (), **env: str,
    ) -> subprocess.CompletedProcess[str]:
        """A runner, started in the checkout."""
        return subprocess.run(
            [*prefix, program, *words], env={**self.docker.env, **env}, cwd=self.root, stdin=subprocess.DEVNULL,
            capture_output=True, encoding='utf-8', timeout=120, check=False,
        )

    def image(self, tag: str) -> str:
        return f'{self.host}/{REPOSITORY}:{tag}'

    def images(self) -> list[str]:
        """The tags that the engine has of its repository."""
        listed = self.docker.run('images', '--format', '{{.Tag}}', f'{self.host}/{REPOSITORY}').stdout.split()
        return sorted(tag for tag in listed if tag != '<none>')

    def forget(self) -> None:
        """Remove all images that are not the private engine's own."""
        ids = set(self.docker.run('images', '--quiet', '--no-trunc').stdout.split())
        for image in json.loads(self.docker.run('image', 'inspect', *ids).stdout):
            for name in (*image['RepoTags'], *image['RepoDigests']):
                if not name.startswith('nvcr.io/'):
                    self.docker.run('rmi', '--force', name, check=False)
        self.docker.run('image', 'prune', '--force', check=False)


def mini(root: Path, docker: Docker, registry: Registry) -> Mini:
    """Such a checkout; its base image is in the registry, where BASE has to be, and not here."""
    return Mini(root, docker, registry.host, f'{registry.host}/{BASE}')


def load_image(docker: Docker, name: str, machine: str, files: bytes = b'') -> None:
    """Give the engine an image for that machine (amd64, arm64), with what a tar archive holds, or one file, in it."""
    layer = files or tar({'file': b'content'})
    config = json.dumps({
        'architecture': machine, 'os': 'linux', 'config': {'Env': [f'MACHINE={machine}']},
        'rootfs': {'type': 'layers', 'diff_ids': [f'sha256:{hashlib.sha256(layer).hexdigest()}']},
    }).encode()
    listed = json.dumps([{'Config': 'config.json', 'RepoTags': [name], 'Layers': ['layer.tar']}]).encode()
    archive = tar({'config.json': config, 'layer.tar': layer, 'manifest.json': listed})
    subprocess.run(
        [docker.path, 'load', '--quiet'], env=docker.env, input=archive, stdout=subprocess.DEVNULL, check=True,
    )


def tar(files: Mapping[str, bytes]) -> bytes:
    """A tar archive of these files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode='w') as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()
