"""On a machine of its own a newcomer does what `tao doctor` says, and nothing else, until it has nothing to say.

As root: unshare --mount --pid --fork --mount-proc --net --kill-child python doctor_newcomer.py WHO FOLDER TAO IMAGE
WHO is root or a user to be made, IMAGE the file of a stand-in image. Prints, as JSON, the fixes that were followed,
the exit codes of doctor, and how a launch went. Only these namespaces see what is changed: /etc, /var, /run, /home
and root's home are laid over with memory, and so is the daemon's own folder.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def lay_over(folder: str, memory: Path) -> None:
    """What is written to a folder goes to memory from now on."""
    name = folder.strip('/')
    upper, work = memory / name / 'upper', memory / name / 'work'
    for made in (upper, work):
        made.mkdir(parents=True)
    options = f'lowerdir={folder},upperdir={upper},workdir={work}'
    subprocess.run(['mount', '-t', 'overlay', 'overlay', '-o', options, folder], check=True)


def make_machine(folder: Path, cgroup: str) -> None:
    """A machine with docker installed, not running, and never used."""
    memory = folder / 'memory'
    memory.mkdir()
    subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', memory], check=True)
    for name in ('/etc', '/var', '/root'):
        lay_over(name, memory)
    os.chmod('/root', 0o755)  # an interpreter may stand there
    os.makedirs('/var/lib/docker', exist_ok=True)
    for name in ('/run', '/home', '/var/lib/docker'):
        subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', name], check=True)
    os.makedirs('/etc/docker', exist_ok=True)
    Path('/etc/docker/daemon.json').write_text(json.dumps({
        'cgroup-parent': f'/{cgroup}', 'exec-opts': ['native.cgroupdriver=cgroupfs'],
    }))
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)


class Shell:
    """A shell that is typed to: what `newgrp` starts takes over the input."""

    def __init__(self, user: str, path: str) -> None:
        argv = ['bash'] if user == 'root' else ['su', '-', user, '-s', '/bin/bash']
        home = '/root/newcomer' if user == 'root' else f'/home/{user}'
        os.makedirs(home, exist_ok=True)
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding='utf-8', cwd=home,
            env={'HOME': home, 'PATH': path, 'LANG': 'C.UTF-8'},
        )
        self.type(f'export PATH={path}')

    def type(self, line: str) -> tuple[int, str]:
        """(exit code, what was printed)."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f'{line}\necho "=== $?"\n')
        self.process.stdin.flush()
        out = ''
        for read in self.process.stdout:
            if read.startswith('=== '):
                return int(read[4:]), out
            out += read
        raise AssertionError(f'the shell ended at {line}: {out}')


def main(user: str, folder: Path, tao: str, image: str) -> None:
    """Follow doctor, then launch."""
    make_machine(folder, f'tao-test-{os.path.basename(folder)}')
    path = f'{os.path.dirname(tao)}:/usr/local/bin:/usr/bin:/bin'
    if user == 'root':
        path += ':/usr/local/sbin:/usr/sbin:/sbin'
    else:
        subprocess.run(['useradd', '-m', user], check=True)
        Path('/etc/sudoers.d/newcomer').write_text(f'{user} ALL=(ALL) NOPASSWD: ALL\n')
    shell = Shell(user, path)
    followed, codes = [], []
    for _ in range(5):
        code, out = shell.type('tao doctor --format json')
        codes.append(code)
        fixes = [one['fix'] for one in json.loads(out) if one['status'] == 'fail']
        if not fixes:
            break
        followed.append(fixes[0])
        shell.type(fixes[0])  # behind newgrp the rest of the input is the new shell's
        if 'docker start' in fixes[0] or 'dockerd' in fixes[0]:
            shell.type('for i in $(seq 100); do [ -S /run/docker.sock ] && break; sleep 0.1; done; sleep 1')
    loaded = shell.type(f'docker load -q -i {image}')
    launched = shell.type('tao --gpus none dino run echo it works')
    print(json.dumps({'followed': followed, 'codes': codes, 'loaded': loaded[0], 'launched': launched}))


if __name__ == '__main__':
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
