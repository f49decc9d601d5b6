"""What a command finds that no container holds."""
from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from tao_launcher.base import surroundings
from tao_launcher.base.surroundings import found_program, is_same, may_make, release_here


def test_is_same(tmp_path: Path) -> None:
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').symlink_to('a')
    assert is_same(f'{tmp_path}/a', f'{tmp_path}/b') and not is_same(str(tmp_path), f'{tmp_path}/a')
    assert not is_same(str(tmp_path), '/nosuch') and not is_same('\0', '\0')


def test_may_make(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    assert may_make(f'{tmp_path}/a') and may_make(f'{tmp_path}/a/b/c')
    assert not may_make(f'{tmp_path}/file/a')


def test_limits() -> None:
    assert surroundings.soft_limit('nofile') == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert surroundings.soft_limit('nosuch') is None


def test_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    found = os.statvfs('/tmp')
    monkeypatch.setattr(surroundings, 'SHARED_MEMORY', '/tmp')
    assert surroundings.shared_memory() == found.f_blocks * found.f_frsize
    monkeypatch.setattr(surroundings, 'SHARED_MEMORY', '/nosuch')
    assert surroundings.shared_memory() is None


@pytest.mark.parametrize(('command', 'found'), [
    ('prog', True), ('file', False), ('nosuch', False), ('./prog', True), ('./file', None), ('./folder', None),
    ('./nosuch', False), ('{}/prog', True), ('{}/file', None), ('{}/nosuch', False), ('folder/../prog', True),
])
def test_found_program(command: str, found: bool | None, tmp_path: Path) -> None:
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'prog').touch(mode=0o755)
    (tmp_path / 'file').touch(mode=0o644)
    assert found_program(command.format(tmp_path), {'PATH': str(tmp_path)}, str(tmp_path)) is found


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose first process says nothing, and whose packages are below a folder."""
    monkeypatch.setattr(surroundings, '_first_process', dict)
    monkeypatch.setattr(surroundings, 'PACKAGES', (str(tmp_path),))
    return tmp_path


@pytest.mark.parametrize(('environ', 'found'), [
    ({}, ('', '')), ({'TAO_TOOLKIT_VERSION': '6.25.7'}, ('6.25.7', '')),
    ({'TAO_TOOLKIT_VERSION': '6.25.7', 'NVIDIA_TAO_TOOLKIT_VERSION': '6.25.7-PyTorch'}, ('6.25.7', '6.25.7-PyTorch')),
    ({'NVIDIA_TAO_TOOLKIT_VERSION': '5.5.0-deploy'}, ('5.5.0', '5.5.0-deploy')),
    ({'TAO_TOOLKIT_VERSION': 'x; rm'}, ('', '')),
])
def test_release_of_the_variables(environ: dict[str, str], found: tuple[str, str], bare: Path) -> None:
    assert release_here(environ) == found


def test_release_of_the_first_process(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes in from outside, by ssh, has not got the image's variables."""
    monkeypatch.setattr(surroundings, '_first_process', lambda: {'TAO_TOOLKIT_VERSION': '6.0.0'})
    assert release_here({}) == ('6.0.0', '')


def test_variables_of_the_first_process() -> None:
    assert isinstance(surroundings._first_process(), dict)


def test_release_of_the_packages(bare: Path) -> None:
    packages = bare / 'lib/python3.12/dist-packages'
    (packages / 'torch-2.8.dist-info').mkdir(parents=True)
    assert release_here({}) == ('', '')
    (packages / 'nvidia_tao_pytorch-6.26.3.dist-info').mkdir()
    assert release_here({}) == ('6.26.3', '')


def test_an_environment_below_opt(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, '_below', lambda folder: [f'{folder}/venv'])
    (bare / 'venv/lib/python3.12/site-packages/nvidia_tao_core-6.25.7.dist-info').mkdir(parents=True)
    assert release_here({}) == ('6.25.7', '')
    monkeypatch.undo()
    assert surroundings._below('/usr') == []
