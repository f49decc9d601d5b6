"""What the launcher costs, as ratios measured in one run: python tests/bench, with the Python it is installed in.

CPU of a dry run and of help against a bare interpreter of the same environment, and, where
TAO_TEST_DOCKER_HOST names an engine with the stand-in image, wall time of a job against the same bare
docker run, of a list of 50 jobs against a bare docker ps, and with the progress of each against their
ids alone; of completions against a dry run.
Medians of pairs that are measured in turn; nothing passes or fails here.

python tests/bench bundle measures something else, which takes minutes and 5 GB of disk: a bundle of a
1 GB image of random data against bare docker save, docker load and sha256sum.
"""
from __future__ import annotations

import json
import os
import resource
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Dict, Iterator, Sequence

TAO = str(Path(sys.executable).parent / 'tao')
README = Path(__file__).resolve().parents[2] / 'README.md'
PAIRS = 15
Measure = Callable[[Sequence[str], Dict[str, str]], float]


def cpu(argv: Sequence[str], env: dict[str, str]) -> float:
    """User and system time of a command, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall(argv: Sequence[str], env: dict[str, str]) -> float:
    """Wall time of a command, in seconds."""
    begun = time.monotonic()
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def interrupted(argv: Sequence[str], env: dict[str, str]) -> float:
    """Seconds from Ctrl-C until a job that says "ready" has brought its caller back, in seconds."""
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
    ) as child:
        assert child.stdout and child.stdout.readline() == b'ready\n'
        begun = time.monotonic()
        os.killpg(child.pid, signal.SIGINT)
        child.wait()
        return time.monotonic() - begun


def ratio(
    name: str, measure: Measure, ours: Sequence[str], bare: Sequence[str], env: dict[str, str], aim: str,
    count: int = PAIRS, others: dict[str, str] | None = None,
) -> None:
    """Print the ratio of the medians of two commands; the second has these other variables."""
    other = {**env, **(others or {})}
    measure(ours, env), measure(bare, other)  # caches and byte code
    pairs = [(measure(ours, env), measure(bare, other)) for _ in range(count)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs))
    print(f'{name:<46} {mine / theirs:5.2f}   {mine * 1000:7.1f} ms / {theirs * 1000:7.1f} ms   {aim}')


def mounts_file(folder: Path, entries: int) -> str:
    """A mounts file with so many entries, all of one source."""
    mounts = [{'source': str(folder), 'destination': f'/data/{i}'} for i in range(entries)]
    path = folder / f'{entries}.json'
    path.write_text(json.dumps({'Mounts': mounts, 'DockerOptions': {'shm_size': '16G'}}))
    return str(path)


@contextmanager
def fifty_jobs(run: Sequence[str], env: dict[str, str]) -> Iterator[None]:
    """Fifty containers as a launch's `docker run` would make them, not started."""
    create = [run[0], 'create', *(word for word in run[2:] if word != '--rm')]
    made = [subprocess.run(create, env=env, stdout=subprocess.PIPE, check=True).stdout.strip() for _ in range(50)]
    try:
        yield
    finally:
        subprocess.run([run[0], 'rm', *made], env=env, stdout=subprocess.DEVNULL, check=True)


@contextmanager
def fifty_trainings(run: Sequence[str], folder: Path, env: dict[str, str]) -> Iterator[None]:
    """Fifty trainings that run, each with the status file of 1,000 epochs in a folder of its own."""
    train = 'dino train results_dir=/results; exec sleep 3600'
    words = [word for word in run[2:run.index('/bin/true')] if word != '--rm']
    made = []
    try:
        for i in range(50):
            results = folder / f'results-{i}'
            (results / 'train').mkdir(parents=True)
            start = [run[0], 'run', '-d', '-v', f'{results}:/results', *words, 'sh', '-c', train]
            made.append(subprocess.run(start, env=env, stdout=subprocess.PIPE, check=True).stdout.strip())
            clock = time.strftime('"date": "%m/%d/%Y", "time": "%H:%M:%S"', time.gmtime())
            lines = [f'{{{clock}, "status": "STARTED", "message": "Starting DINO train."}}'] + [
                f'{{{clock}, "status": "RUNNING", "epoch": {epoch}, "max_epoch": 1999, "step": {epoch * 50 + 50}, '
                '"time_per_epoch": "0:10:00.5", "eta": "6 days, 22:40:00", "kpi": {"val_loss": 0.5, "mAP50": 0.5}}'
                for epoch in range(1000)
            ]
            (results / 'train' / 'status.json').write_text('\n'.join(lines) + '\n')
        yield
    finally:
        subprocess.run([run[0], 'rm', '-f', *made], env=env, stdout=subprocess.DEVNULL, check=True)


def launches(task: Sequence[str], python: Sequence[str], env: dict[str, str], folder: Path) -> None:
    """Dry runs, without a mounts file and with the README's, and what only prints.

    The console script is measured as this environment's pip wrote it: one older than 25.2 has it import re, which
    the launcher does without. The first aim is for such a script, and the second for a newer one.
    """
    imports_re = 'import re' in Path(TAO).read_text()
    module = [sys.executable, '-m', 'tao_launcher']
    own = '2.4' if sys.version_info < (3, 12) else '2.2'
    script = ('3.0' if sys.version_info < (3, 12) else '2.8') if imports_re else own
    by_module = '3.0' if sys.version_info < (3, 12) else '2.3'  # runpy itself loads more on older ones
    readme = {**env, 'LAUNCHER_MOUNTS': example_file(folder)}
    for name, environment in (('dry run', env), ('dry run, example file', readme)):
        for how, ours, aim in (('', [TAO], script), (' by python -m', module, by_module)):
            ratio(f'CPU, {name}{how} / python', cpu, [*ours, '--dry-run', *task], python, environment, f'aim ≤ {aim}')
    nothing = ['--engine', 'docker:/bin/true', *task]
    aim = f'aim ≤ {float(script) + 0.4:.1f}'
    ratio('CPU, job of an engine that does nothing / python', cpu, [TAO, *nothing], python, env, aim)
    for words in (['--version'], ['--help'], ['list', '--help']):
        ratio(f'CPU, tao {" ".join(words)} / python', cpu, [TAO, *words], python, env, 'aim ≤ 3.0')


def one_file(task: Sequence[str], python: Sequence[str], env: dict[str, str], folder: Path) -> None:
    """A dry run of the one file that a bundle carries, which has this Python's byte code."""
    from tao_launcher.commands.images.pyz import program

    path = folder / 'tao.pyz'
    path.write_bytes(program())
    ours = [sys.executable, str(path), '--dry-run', *task]
    ratio('CPU, dry run of tao.pyz / python', cpu, ours, python, env, 'aim ≤ 3.5')


def large_folder(folder: Path, env: dict[str, str]) -> None:
    """The Tab key in a folder of 50,000 files."""
    many = folder / 'many'
    many.mkdir()
    for i in range(50000):
        (many / f'image_{i:06}.png').touch()
    for start in ('', 'image_0490'):
        line = f'tao --mounts_file {many}/{start}'
        ours = [TAO, 'completion', '--complete', 'bash', line, f'{many}/{start}']
        dry_run = [TAO, '--dry-run', 'dino', 'train']
        ratio(f'CPU, Tab after "{start}" of 50,000 files / dry run', cpu, ours, dry_run, env, '', 5)


def example_file(folder: Path) -> str:
    """The first example of a mounts file in the README, with the folders that it names."""
    blocks = README.read_text(encoding='utf-8').split('```')
    example = next(block for block in blocks if '"Mounts"' in block and block.startswith('json'))
    for name in ('data', 'results', 'specs'):
        (folder / name).mkdir()
    path = folder / 'example.json'
    path.write_text(example.partition('\n')[2])
    return str(path)


def heavy_image(folder: Path, env: dict[str, str]) -> str:
    """An image of 1 GB that nothing compresses, as the one task of the catalogue; its reference."""
    import tarfile

    class Random:
        def read(self, size: int) -> bytes:
            return os.urandom(size)

    image = {'docker_registry': 'example.test', 'tasks': ['dino']}
    catalogue = {'format_version': 3.0, 'task_group': {'model': {'dockers': {'tao/bench': {'1': image}}}}}
    (folder / '.tao').mkdir()
    (folder / '.tao' / 'config.json').write_text(json.dumps(catalogue))
    load = ['docker', 'import', '-', 'example.test/tao/bench:1']
    with subprocess.Popen(load, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        with tarfile.open(fileobj=child.stdin, mode='w|') as archive:
            member = tarfile.TarInfo('random')
            member.size = 10 ** 9
            archive.addfile(member, Random())  # type: ignore[arg-type]
    return load[-1]


def peak(argv: Sequence[str], env: dict[str, str]) -> int:
    """The largest memory of a command itself, its children left out, in kB."""
    child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    found = 0
    while child.poll() is None:
        lines = Path(f'/proc/{child.pid}/status').read_text().splitlines()
        found = max([found, *(int(line.split()[1]) for line in lines if line.startswith('VmHWM:'))])
        time.sleep(0.02)
    return found


def bundle(folder: Path, env: dict[str, str]) -> None:
    """Measure save and load of a large image."""
    image = heavy_image(folder, env)
    ours, bare = str(folder / 'bundle'), str(folder / 'bare.tar')
    save = [TAO, '--quiet', 'bundle', 'save', ours, 'dino']
    load = [TAO, '--quiet', 'bundle', 'load', ours]

    def shell(script: str) -> list[str]:
        return ['sh', '-c', script, 'sh', image, bare]

    def without(measure: Measure) -> Measure:
        def measured(argv: Sequence[str], env: dict[str, str]) -> float:
            subprocess.run(['docker', 'rmi', image], env=env, stdout=subprocess.DEVNULL, check=True)
            subprocess.run(['sync'], check=True)
            return measure(argv, env)

        return measured

    def synced(argv: Sequence[str], env: dict[str, str]) -> float:
        subprocess.run(['sync'], check=True)
        return wall(argv, env)

    summed = shell('docker save "$1" >"$2" && sha256sum "$2"')
    on_disk = shell('docker save "$1" >"$2" && sync "$2" && sha256sum "$2"')
    ratio('wall, bundle save / docker save, sha256sum', synced, save, summed, env, 'aim ≤ 1.2', 3)
    ratio('the same, both written to the disk', synced, save, on_disk, env, '', 3)
    ratio('wall, bundle load / docker load', without(wall), load, shell('docker load <"$2"'), env, 'aim ≤ 1.2', 3)
    checked = shell('sha256sum "$2" && docker load <"$2"')
    ratio('wall, bundle load / sha256sum, docker load', without(wall), load, checked, env, '', 3)
    print(f'memory of save {peak(save, env) / 1000:.0f} MB, ', end='')
    subprocess.run(['docker', 'rmi', image], env=env, stdout=subprocess.DEVNULL, check=True)
    print(f'of load {peak(load, env) / 1000:.0f} MB: aim < 100 MB')
    subprocess.run(['docker', 'rmi', image], env=env, stdout=subprocess.DEVNULL, check=True)


def main() -> None:
    """Measure everything that can be measured here."""
    kept = ('PATH', 'LANG', 'HOME')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {key: os.environ[key] for key in kept if key in os.environ}
        env['HOME'] = name
        os.chdir(name)  # python -m is to find what is installed
        if sys.argv[1:] == ['bundle']:
            env['DOCKER_HOST'] = os.environ['TAO_TEST_DOCKER_HOST']
            print(f'Python {sys.version.split()[0]}, medians of 3 pairs: ratio, ours / bare')
            return bundle(folder, env)
        python = [sys.executable, '-c', 'pass']
        task = ['dino', 'train', 'train.num_gpus=2']
        print(f'Python {sys.version.split()[0]}, medians of {PAIRS} pairs: ratio, ours / bare')
        launches(task, python, env, folder)
        one_file(task, python, env, folder)
        large_folder(folder, env)
        for line in ('tao ', 'tao dino train -e /data/', 'tao list --'):
            ours = [TAO, 'completion', '--complete', 'bash', line, '']
            ratio(f'wall, completion of "{line}" / dry run', wall, ours, [TAO, '--dry-run', *task], env, 'aim ≤ 1.5')
        for entries in (10, 100, 1000, 10000):
            file = mounts_file(folder, entries)
            ours = [TAO, '--dry-run', '--mounts_file', file, *task]
            ratio(f'CPU, dry run with {entries} mounts / python -c pass', cpu, ours, python, env, '')
        if os.environ.get('TAO_TEST_DOCKER_HOST'):
            env['DOCKER_HOST'] = os.environ['TAO_TEST_DOCKER_HOST']
            ours = [TAO, 'dino', 'run', '/bin/true']
            printed = subprocess.run([TAO, '--dry-run', *ours[1:]], env=env, stdout=subprocess.PIPE, check=True)
            bare = shlex.split(printed.stdout.decode())
            ratio('wall, job / the same bare docker run', wall, ours, bare, env, 'aim ≤ 1.20')
            ratio('wall, job / the same without history', wall, ours, ours, env, 'aim ≤ 1.02',
                  others={'TAO_HISTORY': 'off'})
            sleeps = ['sh', '-c', 'echo ready; exec sleep 60']
            ratio('wall, back from Ctrl-C / bare docker run', interrupted, [*ours[:-1], *sleeps],
                  [*bare[:-1], *sleeps], env, 'aim ≤ 500 ms more', 5)
            with fifty_jobs(bare, env):
                asked = [TAO, 'completion', '--complete', 'bash', 'tao logs ', '']
                dry_run = [TAO, '--dry-run', *task]
                ratio('wall, completion of 50 jobs / dry run', wall, asked, dry_run, env, 'aim ≤ 1.5, and docker ps:')
                ratio('wall, docker ps / dry run', wall, [*bare[:1], 'ps', '-a'], dry_run, env, '')
                listed = subprocess.run([*bare[:1], 'ps', '-aq'], env=env, stdout=subprocess.PIPE, check=True).stdout
                logs, ps = [TAO, 'logs', listed.split()[7].decode()], [*bare[:1], 'ps', '-a']
                ratio('wall, logs of one of 50 jobs / docker ps', wall, logs, ps, env, '')
                ratio('wall, list of 50 jobs / docker ps', wall, [TAO, 'list', '-a'], [*bare[:1], 'ps', '-a'], env, '')
            with fifty_trainings(bare, folder, env):
                ids = [TAO, 'list', '--format', 'ids']
                ratio('wall, list of 50 jobs with progress / ids', wall, [TAO, 'list'], ids, env, 'aim ≤ 1.5')


if __name__ == '__main__':
    main()
