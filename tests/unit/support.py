"""What the tests share: a docker that records how it is called, and the two ways to run the launcher."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Mapping, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
# The JSON Schemas of what the launcher prints with --json.
SCHEMAS = json.loads((CHECKOUT / 'tests' / 'schemas.json').read_text(encoding='utf-8'))

# Words are NUL-separated behind their number: an empty word is a word.
FAKE = """#!/bin/sh
folder=${0%/*}
printf '%s\\0' "$(($# + 1))" "${0##*/}" "$@" >>"$folder/calls"
case $1 in
run) cat /proc/$$/environ >"$folder/environ" && exit "$(cat "$folder/code")" ;;
image) echo '[{"Id": "sha256:{made}"}]' ;;
version) echo 28.2.2 ;;
inspect) exit 1 ;;
esac
{told}
"""
# What a build leaves in the file that it is told to.
MADE = 'sha256:' + 'f00d' * 16
TOLD = """for word; do
    case $before in --iidfile | --metadata-file) cat "$folder/made" >"$word" ;; esac
    before=$word
done
"""
FAKE = FAKE.replace('{made}', MADE[7:]).replace('{told}', TOLD)


class FakeDocker:
    """A real executable that records its words and environment and ends as it is told."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.ends_with(0)
        self.makes(MADE)
        for name in ('docker', 'podman'):
            (folder / name).write_text(FAKE)
            (folder / name).chmod(0o755)

    def ends_with(self, code: int) -> None:
        """The exit code of `docker run` from now on."""
        (self.folder / 'code').write_text(str(code))

    def makes(self, told: str) -> None:
        """What a build from now on leaves in the file that it is told to."""
        (self.folder / 'made').write_text(told)

    def forget(self) -> None:
        """Forget the calls so far."""
        for name in ('calls', 'environ'):
            (self.folder / name).unlink() if (self.folder / name).exists() else None

    @property
    def calls(self) -> list[list[str]]:
        """Every call since the last `forget`, the program's name first."""
        path = self.folder / 'calls'
        words = os.fsdecode(path.read_bytes()).split('\0')[:-1] if path.exists() else []
        calls = []
        while words:
            count = int(words[0])
            calls.append(words[1:count + 1])
            words = words[count + 1:]
        return calls

    @property
    def argv(self) -> list[str]:
        """The one `docker run`."""
        runs = [call for call in self.calls if call[1:2] == ['run']]
        assert len(runs) == 1, self.calls
        return runs[0]

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the last `docker run`."""
        entries = os.fsdecode((self.folder / 'environ').read_bytes()).split('\0')[:-1]
        return dict(entry.split('=', 1) for entry in entries)


class Result(NamedTuple):
    """How the launcher ended and what it said."""

    code: int
    out: str
    err: str


@contextmanager
def captured(out: Any, err: Any) -> Iterator[None]:
    """The three standard descriptors on /dev/null and two files, for this process and its children."""
    saved = [os.dup(number) for number in range(3)]
    streams = sys.stdout, sys.stderr
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        for number, descriptor in enumerate((null, out.fileno(), err.fileno())):
            os.dup2(descriptor, number)
        sys.stdout = open(1, 'w', encoding='utf-8', closefd=False)
        sys.stderr = open(2, 'w', encoding='utf-8', errors='backslashreplace', closefd=False)
        yield
    finally:
        sys.stdout, sys.stderr = streams
        for number, descriptor in enumerate(saved):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(null)


def tao(*words: str, program: str = 'tao', env: Mapping[str, str] | None = None) -> Result:
    """Run the launcher in this process; `env` is added to the environment."""
    from tao_launcher.main import main

    before = dict(os.environ)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            os.environ.update(env or {})
            with captured(out, err):
                code = main(list(words), program)
        finally:
            os.environ.clear()
            os.environ.update(before)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(os.fsdecode(file.read()))
    return Result(code, *texts)


def command(program: str = 'tao') -> list[str]:
    """The words that start the launcher as a process: the installed one, else the checkout's."""
    script = Path(sys.executable).parent / program
    return [sys.executable, str(script if script.exists() else CHECKOUT / 'bin' / program)]


def tao_process(
    *words: str | bytes, program: str = 'tao', env: Mapping[str, str] | None = None,
    closed: int | None = None,
) -> Result:
    """Run the launcher as a process; `env` is added to the environment, the descriptor `closed` is closed."""
    start = ['sh', '-c', f'exec "$@" {closed}>&-', 'sh'] if closed is not None else []
    done = subprocess.run(
        [*start, *command(program), *words], env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, check=False,
    )
    return Result(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))


def write_mounts(home: Path, document: object) -> Path:
    """Write the default mounts file and return its path."""
    path = home / '.tao_mounts.json'
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding='utf-8')
    return path


def mounted(done: Result) -> list[str]:
    """The values of -v in a dry run."""
    assert done.code == 0, done
    argv = shlex.split(done.out)
    return [after for word, after in zip(argv, argv[1:]) if word == '-v']
