"""What is measured without an engine: how quickly the launcher starts, plans, and completes words."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Iterator, Sequence

from figures import Figure
from measuring import Setup, cpu, figure, taken, wall

README = Path(__file__).resolve().parents[2] / 'README.md'
TASK = ('dino', 'train', 'train.num_gpus=2')
FILES = 50000
JOBS = (1000, 10000)
PYTHON = 'python -c pass'

# An engine of so many jobs. It has an answer for each, so that what is asked for in several questions is told too.
STAND_IN = '''#!/bin/sh
cd {folder} || exit
case " $* " in
*' inspect '*)
    while [ "${{#1}}" -lt 64 ]; do shift; done
    echo '['
    cat "$@"
    echo '{{"Id": "none"}}]' ;;
*' ps '*) cat list ;;
esac
'''


def all_of_it(setup: Setup) -> Iterator[Figure]:
    """Every figure that needs no engine."""
    yield from launches(setup)
    yield from printing(setup)
    yield one_file(setup)
    yield from completions(setup)
    yield from large_folder(setup)
    yield from mounts(setup)
    yield many_jobs(setup)


def launches(setup: Setup) -> Iterator[Figure]:
    """Dry runs, without a mounts file and with the README's, and a job of an engine that does nothing."""
    module = [setup.python, '-m', 'tao_launcher']
    python = [setup.python, '-c', 'pass']
    example = {'LAUNCHER_MOUNTS': example_file(Path(setup.folder))}
    for name, environment in (('dry run', {}), ('dry run, example file', example)):
        there = setup._replace(env={**setup.env, **environment})
        ways = (('', [setup.tao], 2.1), (', python -m', module, None), (", pip's script", [setup.by_pip], None))
        for how, ours, aim in ways:
            yield figure(f'{name}{how}', cpu, [*ours, '--dry-run', *TASK], PYTHON, python, there,
                         limit=setup.nothing, aim=aim)
    job = [setup.tao, '--engine', 'docker:/bin/true', *TASK]
    yield figure("a launch's own", cpu, job, PYTHON, python, setup, limit=setup.runs(['/bin/true']), aim=2.4)


def printing(setup: Setup) -> Iterator[Figure]:
    """What only prints, and what other programs need for the same."""
    for words in (['--version'], ['--help'], ['list', '--help']):
        peers = {} if 'list' in words else {name: [tool, *words] for name, tool in setup.tools.items()}
        yield figure(f'tao {" ".join(words)}', cpu, [setup.tao, *words], PYTHON, [setup.python, '-c', 'pass'], setup,
                     limit=setup.nothing, peers=peers, aim=3.0)


def one_file(setup: Setup) -> Figure:
    """A dry run of the one file that a bundle carries, which has this Python's byte code."""
    from tao_launcher.commands.images.pyz import program

    path = Path(setup.folder, 'tao.pyz')
    path.write_bytes(program())
    return figure('dry run of tao.pyz', cpu, [setup.python, str(path), '--dry-run', *TASK], PYTHON,
                  [setup.python, '-c', 'pass'], setup, limit=setup.nothing, aim=3.5)


def tab(setup: Setup, line: str, word: str = '') -> list[str]:
    """The Tab key at the end of a line."""
    return [setup.tao, 'completion', '--complete', 'bash', line, word]


def completions(setup: Setup) -> Iterator[Figure]:
    """The Tab key after words, options and paths."""
    for line in ('tao ', 'tao dino train -e /data/', 'tao list --'):
        yield figure(f'Tab after "{line}"', wall, tab(setup, line), 'dry run', [setup.tao, '--dry-run', *TASK], setup,
                     limit=setup.nothing, aim=1.5)


def large_folder(setup: Setup) -> Iterator[Figure]:
    """The Tab key in a folder of many files."""
    many = Path(setup.folder, 'many')
    many.mkdir()
    for i in range(FILES):
        (many / f'image_{i:06}.png').touch()
    for start in ('', 'image_0490'):
        ours = tab(setup, f'tao --mounts_file {many}/{start}', f'{many}/{start}')
        what = f'Tab after "{start}" in a folder of {FILES:,} files'
        peers = {'compgen -f': ['bash', '-c', 'compgen -f "$1"', 'bash', f'{many}/{start}']}
        yield figure(what, wall, ours, 'dry run', [setup.tao, '--dry-run', *TASK], setup, peers=peers, count=7)
        yield taken(what, wall, ours, setup, aim=150, count=7)


def mounts(setup: Setup) -> Iterator[Figure]:
    """Dry runs with more and more mounts."""
    for entries in (10, 100, 1000, 10000):
        file = mounts_file(Path(setup.folder), entries)
        ours = [setup.tao, '--dry-run', '--mounts_file', file, *TASK]
        python = [setup.python, '-c', 'pass']
        yield figure(f'dry run with {entries:,} mounts', cpu, ours, PYTHON, python, setup, count=7)


def mounts_file(folder: Path, entries: int) -> str:
    """A mounts file with so many entries, all of one source."""
    found = [{'source': str(folder), 'destination': f'/data/{i}'} for i in range(entries)]
    path = folder / f'{entries}.json'
    path.write_text(json.dumps({'Mounts': found, 'DockerOptions': {'shm_size': '16G'}}))
    return str(path)


def example_file(folder: Path) -> str:
    """The first example of a mounts file in the README, with the folders that it names."""
    blocks = README.read_text(encoding='utf-8').split('```')
    example = next(block for block in blocks if '"Mounts"' in block and block.startswith('json'))
    for name in ('data', 'results', 'specs'):
        (folder / name).mkdir()
    path = folder / 'example.json'
    path.write_text(example.partition('\n')[2])
    return str(path)


def many_jobs(setup: Setup) -> Figure:
    """A list of many jobs against one of a tenth of them."""
    few, many = ([setup.tao, '--engine', f'docker:{stand_in(Path(setup.folder), count)}', 'list'] for count in JOBS)
    return figure(f'list of {JOBS[1]:,} jobs', cpu, many, f'{JOBS[0]:,} jobs', few, setup, aim=10.0, count=3)


def stand_in(folder: Path, count: int) -> str:
    """A program that answers as docker does for so many jobs that have ended, from files."""
    there = folder / f'jobs-{count}'
    there.mkdir()
    ids = [f'{i:064x}' for i in range(count)]
    for id in ids:
        (there / id).write_text(json.dumps(container(id)) + ',')
    (there / 'list').write_text(''.join(f'{id}\n' for id in ids))
    program = there / 'docker'
    program.write_text(STAND_IN.format(folder=there))
    os.chmod(program, 0o755)
    return str(program)


def container(id: str, words: Sequence[str] = ('dino', 'train')) -> object:
    """What docker tells of a container, as far as it belongs to a job."""
    return {
        'Id': id, 'Name': f'/job-{id[-6:]}', 'Created': '2024-05-01T10:00:00.5Z',
        'State': {'Status': 'exited', 'ExitCode': 0, 'StartedAt': '2024-05-01T10:00:01.5Z',
                  'FinishedAt': '2024-05-01T12:00:00.5Z'},
        'Config': {
            'Labels': {'tao.job': 'model/dino/train', 'tao.user': str(os.getuid()), 'tao.plan': '0123456789ab'},
            'Image': 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', 'Cmd': list(words), 'WorkingDir': '/workspace',
            'Env': [f'VARIABLE_{i}=a value that is not looked at' for i in range(50)],
        },
        'HostConfig': {'DeviceRequests': [{'Count': -1, 'Capabilities': [['gpu']]}]},
        'Mounts': [],
    }
