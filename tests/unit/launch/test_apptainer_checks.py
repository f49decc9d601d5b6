"""What is looked for on this host before a launch with Apptainer."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from support import tao, write_mounts

from tao_launcher.engine.apptainer import cached_names
from tao_launcher.engine.platforms import architecture

EXEC = 'apptainer exec --nv --cleanenv --contain --pid --ipc --no-eval --writable-tmpfs'


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TAO_ENGINE', 'apptainer')


@pytest.mark.parametrize(('written', 'below'), [
    ('~/t.sif', 'home'), ('t.sif', 'cwd'), ('./t.sif', 'cwd'), ('./sandbox', 'cwd'), ('../t.sif', 'parent'),
])
def test_an_image_by_its_path(
    written: str, below: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / 'work'
    (folder / 'sandbox').mkdir(parents=True)
    monkeypatch.chdir(folder)
    places = {'home': f'{home}/t.sif', 'cwd': f'{folder}/{written.replace("./", "")}', 'parent': f'{folder}/../t.sif'}
    if written.endswith('.sif'):
        Path(places[below]).touch()
    assert tao('--dry-run', '--image', written, 'dino', 'run', 'x') == (0, f'{EXEC} {places[below]} x\n', '')


def test_an_image_that_is_missing(tmp_path: Path) -> None:
    words = ['--dry-run', '--image', f'{tmp_path}/nosuch/t.sif', 'dino', 'run', 'x']
    assert tao(*words) == (2, '', (
        f'tao: error: --image: {tmp_path}/nosuch/t.sif: no such file or folder\n'
        f'    nearest existing folder: {tmp_path}\n'
        f'    try: apptainer pull {tmp_path}/nosuch/t.sif docker://IMAGE makes it\n'
    ))
    assert tao('--no-check', *words).code == 0


def test_a_registry_that_may_not_be_asked() -> None:
    for words, env in ((['--pull', 'never'], {}), ([], {'TAO_PULL': 'never'})):
        done = tao(*words, '--dry-run', '--image', 'a.b/c:d', 'dino', 'run', 'x', env=env)
        assert (done.code, done.err) == (2, (
            f'tao: error: {(*words, "TAO_PULL")[0]}: never: a.b/c:d would have to be pulled\n'
            '    which image a tag means apptainer asks the registry at each launch\n'
            '    try: apptainer pull tao.sif docker://a.b/c:d, then --image ./tao.sif\n'
        ))
    assert tao('--pull', 'never', '--dry-run', 'dino', 'train').err.endswith('    try: tao pull model/dino\n')
    Path('t.sif').touch()
    assert tao('--pull', 'never', '--dry-run', '--image', 't.sif', 'dino', 'run', 'x').code == 0


@pytest.mark.parametrize('variables', [{}, {'APPTAINER_CACHEDIR': '/nosuch'}])
def test_an_image_of_the_cache(variables: dict[str, str], home: Path, tmp_path: Path) -> None:
    """By its digest it can be found there without the registry."""
    digest = 'sha256:' + 'a' * 64
    words = ['--pull', 'never', '--dry-run', '--image', f'a.b/c@{digest}', 'dino', 'run', 'x']
    folder = home / '.apptainer/cache/oci-tmp'
    folder.mkdir(parents=True)
    shown = f'{variables.get("APPTAINER_CACHEDIR", f"{home}/.apptainer")}/cache/oci-tmp'
    assert f'    it is not in {shown}\n' in tao(*words, env=variables).err
    (file,) = cached_names('a' * 64, architecture(os.uname().machine))[:1]
    (folder / file).touch()
    done = tao(*words, env=variables)
    assert (done.code, done.out) == ((2, '') if variables else (0, f'{EXEC} {folder}/{file} x\n'))


def test_mounts(home: Path, tmp_path: Path) -> None:
    """Sources have to be here; --same_paths mounts each at its own path too, and works in the current folder."""
    write_mounts(home, {'Mounts': [{'source': str(tmp_path / 'data'), 'destination': '/data'}]})
    words = ['--dry-run', '--image', 'a:b', 'dino', 'run', 'x']
    done = tao(*words)
    assert done.code == 2 and '1 mount source not found' in done.err
    (tmp_path / 'data').mkdir()
    os.chdir(tmp_path / 'data')
    assert tao(*words) == (0, f'{EXEC} --bind {tmp_path}/data:/data docker://a:b x\n', '')
    both = f'--bind {tmp_path}/data:/data --bind {tmp_path}/data:{tmp_path}/data --pwd {tmp_path}/data'
    assert tao('--same_paths', *words) == (0, f'{EXEC} {both} docker://a:b x\n', '')


def test_secrets_are_exported_under_the_programs_names() -> None:
    words = ['--env', 'A_KEY', '--dry-run', '--image', 'a:b', 'dino', 'run', 'x']
    assert tao(*words, env={'A_KEY': 's3cr3t'}) == (
        0, f'{EXEC} docker://a:b x\n',
        'tao: notice: the line takes APPTAINERENV_A_KEY from its environment: export it first\n',
    )
    document = tao('--dry-run=json', *(word for word in words if word != '--dry-run'), env={'A_KEY': 's3cr3t'}).out
    assert '"env": [\n    "APPTAINERENV_A_KEY"\n  ]' in document and 's3cr3t' not in document


def test_options_that_cannot_be_had() -> None:
    done = tao('--detach', '--port', '1:2', '--dry-run', 'dino', 'run', 'x')
    assert (done.code, done.err.splitlines()[0]) == (2, 'tao: error: 2 options that apptainer does not support')
    assert tao('--engine', 'sudo -n apptainer', '--dry-run', 'dino').err.startswith(
        "tao: error: apptainer with sudo: the job would be root's\n"
    )
