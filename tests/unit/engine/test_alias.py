"""Which program a docker on PATH is in truth, from its file alone."""
from __future__ import annotations

from pathlib import Path

import pytest
from support import FakeDocker, tao

from tao_launcher.engine import alias, profiles
from tao_launcher.engine.apptainer import APPTAINER
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.podman import PODMAN

PODMAN_DOCKER = """#!/bin/sh
[ -e /etc/containers/nodocker ] || \\
echo "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg." >&2
exec /usr/bin/podman "$@"
"""
REAL = b'\x7fELF' + bytes(100_000) + b'podman "$@"'


def actual(folder: Path, *engine: str) -> tuple[tuple[str, ...], str]:
    return alias.actual(engine or ('docker',), {'PATH': f'/nowhere:{folder}'})


def program(folder: Path, content: str | bytes, mode: int = 0o755) -> Path:
    path = folder / 'docker'
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


@pytest.mark.parametrize(('content', 'is_podman', 'is_wrapped'), [
    (PODMAN_DOCKER, True, True),
    ('#!/bin/sh\nexec podman "$@"\n', True, True),
    ('#!/bin/bash\nexec sudo -n podman ${@}\n', True, True),
    ('#!/bin/sh\nexec distrobox-host-exec podman-remote $*\n', True, True),
    ('#!/bin/sh\n"/opt/bin/podman" "$@"\n', True, True),
    ('#!/bin/sh\nexec /usr/local/bin/docker "$@"\n', False, True),
    ('#!/bin/sh\n# exec podman "$@"\nexec env -i docker "$@"\n', False, True),
    ('#!/bin/sh\necho podman is not used; exec flatpak-spawn --host docker "$@"\n', False, True),
    ('#!/bin/sh\ncommand -v docker.real && exec docker.real "$@"\nexec podman "$@"\n', False, True),
    ('#!/bin/sh\nexec host-spawn "$0" "$@"\n', False, True),
    (REAL, False, False),
    (b'\x7fELF podman "$@"', False, False),
    ('', False, False),
])
def test_by_its_text(content: str | bytes, is_podman: bool, is_wrapped: bool, tmp_path: Path) -> None:
    path = program(tmp_path, content)
    words, notice = actual(tmp_path)
    assert words == ('docker',)
    assert profiles.profile(words) is (PODMAN if is_podman else DOCKER)
    assert notice == (
        f"docker is podman here ({path}), and is given podman's options, for GPUs too; "
        '--engine podman (or TAO_ENGINE=podman) says so' if is_podman else ''
    )
    assert alias.is_wrapped(('docker',), {'PATH': str(tmp_path)}) is is_wrapped


def test_a_link_to_podman(tmp_path: Path) -> None:
    (tmp_path / 'podman').write_bytes(REAL)
    (tmp_path / 'podman').chmod(0o755)
    (tmp_path / 'docker').symlink_to('podman')
    words, notice = actual(tmp_path, 'sudo', '-n', 'docker')
    assert words == ('sudo', '-n', 'docker') and profiles.profile(words) is PODMAN
    assert f'({tmp_path}/podman)' in notice
    words, notice = actual(tmp_path, f'{tmp_path}/docker')
    assert profiles.profile(words) is PODMAN and f'--engine podman:{tmp_path}/docker ' in notice


def test_a_link_to_another_program_may_be_anything(tmp_path: Path) -> None:
    (tmp_path / 'snap').write_bytes(REAL)
    (tmp_path / 'snap').chmod(0o755)
    (tmp_path / 'docker').symlink_to('snap')
    assert profiles.profile(actual(tmp_path)[0]) is DOCKER
    assert alias.is_wrapped(('docker',), {'PATH': str(tmp_path)})


def test_what_was_said_counts(tmp_path: Path) -> None:
    path = program(tmp_path, PODMAN_DOCKER)
    said = profiles.named(f'docker:{path}')
    assert said and actual(tmp_path, said) == ((said,), '')
    assert profiles.profile((said,)) is DOCKER
    assert actual(tmp_path, 'podman') == (('podman',), '')


@pytest.mark.parametrize('mode', [0o644, 0o755])
def test_only_what_can_be_started(mode: int, tmp_path: Path) -> None:
    program(tmp_path, PODMAN_DOCKER, mode)
    assert bool(actual(tmp_path)[1]) is (mode == 0o755)
    assert actual(tmp_path / 'no such folder') == (('docker',), '')


def test_a_launch_and_its_dry_run(fake_docker: FakeDocker, tmp_path: Path) -> None:
    """The notice names what silences it; GPUs are podman's devices, which no podman ignores."""
    (fake_docker.folder / 'docker').write_text('#!/bin/sh\nexec podman "$@"\n')
    words = ['--gpus', '0', 'dino', 'run', 'true']
    dry = tao('--dry-run', *words)
    assert dry.code == 0 and 'TAO_ENGINE=podman' in dry.err
    assert dry.out.startswith('docker run ') and ' --device nvidia.com/gpu=0 ' in dry.out and '--gpus' not in dry.out
    done = tao(*words)
    assert (done.code, done.err) == (0, dry.err)
    assert fake_docker.argv[0] == 'podman'
    assert ' '.join(fake_docker.argv[1:]) == dry.out[len('docker '):].rstrip()
    assert tao('--dry-run', *words, env={'TAO_ENGINE': 'podman'}).err == ''


def test_jobs_of_it(fake_docker: FakeDocker) -> None:
    (fake_docker.folder / 'docker').write_text('#!/bin/sh\nexec podman "$@"\n')
    done = tao('--dry-run', 'attach', 'x')
    assert done.code == 1  # podman was asked, and has no jobs
    assert fake_docker.calls[0][0] == 'podman'


def test_singularity_may_be_a_link_to_apptainer(tmp_path: Path) -> None:
    """Then its variables are Apptainer's, of which it would otherwise complain each time."""
    (tmp_path / 'apptainer').touch(mode=0o755)
    (tmp_path / 'singularity').symlink_to('apptainer')
    words, notice = actual(tmp_path, 'singularity')
    assert (words, profiles.profile(words), notice) == (('singularity',), APPTAINER, '')
    printed = tao('--dry-run', '--env', 'A=1', 'dino', env={'PATH': str(tmp_path), 'TAO_ENGINE': 'singularity'}).out
    assert printed.startswith('env APPTAINERENV_A=1 singularity exec ')
    (tmp_path / 'singularity').unlink()
    (tmp_path / 'singularity').touch(mode=0o755)
    words, _ = actual(tmp_path, 'singularity')
    assert profiles.profile(words) is profiles.profile(('singularity',)) is not APPTAINER
