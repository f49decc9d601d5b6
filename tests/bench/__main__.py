"""What the launcher costs, as one table: python tests/bench [bundle] [--store], with the Python it is installed in.

A figure is the ratio of ours to a bare command that does the same, medians of pairs that are measured in turn, so that
it is the same on any machine. The limit is what a program has that does nothing of its own; peers are measured where
they are installed. What needs an engine is measured where TAO_TEST_DOCKER_HOST names one with the stand-in image.

The table says what has moved against tests/bench/table.json, which --store replaces. Nothing passes or fails here.
bundle measures something else, which takes minutes and 5 GB of disk: it has a table of its own, bundle.json.
"""
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Mapping

import bundling
import starting
import with_engine
from figures import Figure, dumped, kept, loaded, table
from measuring import PAIRS, Setup

HERE = Path(__file__).resolve().parent
PEERS = ('docker', 'podman', 'docker-compose', 'rocker')
NOTHING = '#!{python}\nimport sys\nif __name__ == "__main__":\n    sys.exit(0)\n'
RUNS = '''#!{python}
import os, sys
if __name__ == "__main__":
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
    sys.exit(os.waitpid(pid, 0)[1] >> 8)
'''
TAO = '''#!{python}
import sys
from tao_launcher.main import console
if __name__ == "__main__":
    sys.exit(console())
'''


def tools() -> Mapping[str, str]:
    """The peers that are installed; nvidia-tao's program has our name."""
    found = {name: shutil.which(name) for name in PEERS}
    folders = os.environ.get('PATH', '').split(os.pathsep)
    others = (shutil.which('tao', path=folder) for folder in folders)
    found['nvidia-tao'] = next((path for path in others if path and 'nvidia_tao_cli' in Path(path).read_text()), None)
    return {name: path for name, path in found.items() if path}


def scripts(folder: Path, python: str) -> None:
    """The programs that are compared, as console scripts of this environment."""
    for name, text in (('tao', TAO), ('nothing', NOTHING), ('runs', RUNS)):
        path = folder / name
        path.write_text(text.format(python=python))
        path.chmod(0o755)


def engine_of(env: dict[str, str]) -> str:
    """The version of the engine that is measured with, '' for none."""
    if 'DOCKER_HOST' not in env:
        return ''
    asked = ['docker', 'version', '--format', '{{.Client.Version}}, dockerd {{.Server.Version}}']
    return 'docker ' + subprocess.run(asked, env=env, stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def measured(setup: Setup, *, only_bundle: bool) -> Iterator[Figure]:
    """Everything that can be measured here."""
    if only_bundle:
        yield from bundling.all_of_it(setup)
        return
    yield from starting.all_of_it(setup)
    yield from with_engine.all_of_it(setup) if 'DOCKER_HOST' in setup.env else with_engine.nothing()


def main() -> None:
    """Print the table, and store it when that is asked for."""
    parser = argparse.ArgumentParser(prog='tests/run bench', description=str(__doc__).partition('\n')[0])
    parser.add_argument('what', nargs='?', choices=('bundle',), help='a bundle of 1 GB instead')
    parser.add_argument('--store', action='store_true', help='keep the ratios for the next one to compare with')
    given = parser.parse_args()
    path = HERE / ('bundle.json' if given.what else 'table.json')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {key: os.environ[key] for key in ('PATH', 'LANG') if key in os.environ}
        env['HOME'] = name
        if os.environ.get('TAO_TEST_DOCKER_HOST'):
            env['DOCKER_HOST'] = os.environ['TAO_TEST_DOCKER_HOST']
        elif given.what:
            sys.exit(f'tests/run bench: {with_engine.WHY_NOT}')
        os.chdir(name)  # python -m is to find what is installed
        scripts(folder, sys.executable)
        by_pip = str(Path(sys.executable).parent / 'tao')
        setup = Setup(f'{name}/tao', by_pip, sys.executable, name, env, tools())
        about = {'python': '{}.{}'.format(*sys.version_info[:2]), 'engine': engine_of(env)}
        print(f'Python {about["python"]}, {about["engine"] or with_engine.WHY_NOT}, medians of up to {PAIRS} pairs')
        figures = []
        for figure in measured(setup, only_bundle=bool(given.what)):
            figures.append(figure)
            print(f'measured: {figure.what}', file=sys.stderr, flush=True)
    stored = loaded(path.read_text(encoding='utf-8'), {'python': about['python']}) if path.exists() else {}
    print(table(figures, stored), end='')
    if given.store:
        path.write_text(dumped(kept(figures, stored), about), encoding='utf-8')
        print(f'stored in {path}')


if __name__ == '__main__':
    main()
