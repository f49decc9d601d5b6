"""The way from a command line to argv with the host's facts given: every pure module, nothing replaced."""
from __future__ import annotations

import json
from typing import Any, Mapping, NamedTuple, Sequence

from tao_launcher.base.host import Host, Terminals, package_data
from tao_launcher.engine import daemon
from tao_launcher.launch import argv, identity, plan
from tao_launcher.launch.target import task_target
from tao_launcher.settings import command_line, mounts_file, settings
from tao_launcher.settings.values import MountsFile
from tao_launcher.tasks import catalogue

HOME = '/home/user'
FILE = f'{HOME}/.tao_mounts.json'
CATALOGUE = catalogue.builtin(json.loads(package_data('releases.json')), json.loads(package_data('subtasks.json')))
DINO = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
GPU_FORMS = 'expected all, none, 0,1, GPU-UUID, MIG-UUID, count=N or free:N'
FACTS = {
    'uid': 1000, 'gid': 1000, 'is_root': False, 'home': HOME, 'cwd': '/work', 'hostname': 'node',
    'machine': 'x86_64', 'is_tegra': False, 'arg_max': 2097152, 'terminals': Terminals(),
}


class Launch(NamedTuple):
    """A planned launch and its argv."""

    argv: tuple[str, ...]
    plan: plan.Plan

    @property
    def before_image(self) -> list[str]:
        """docker's options without what is on every argv: from --init to TAO_LAUNCH_ID and the labels."""
        words = list(self.argv[: self.argv.index(self.plan.image)])
        for common in (['--gpus', 'all'], ['-e', 'TAO_LAUNCH_ID']):
            for i in range(len(words)):
                if words[i:i + 2] == common:
                    del words[i:i + 2]
                    break
        first = words.index('--label')
        return [word for word in words[:first] if word not in ('docker', 'run', '--rm', '--init')] + words[first + 6:]


def host_with(**changed: Any) -> Host:
    """A host; by default uid 1000 named user, no terminal."""
    return Host(**{**FACTS, **changed})


def launch(
    *words: str, file: object | None = None, environ: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None, groups: Sequence[int] = (), **changed: Any,
) -> Launch:
    """The launch of a command line; `file` is the mounts file's value, `names` the passwd names of uids."""
    environ = environ or {}
    here = host_with(**changed)
    mounts = MountsFile()
    if file is not None:
        mounts = mounts_file.parse(json.dumps(file).encode(), FILE, environ, here.home)
    options, rest = command_line.parse(words, 'tao')
    call = command_line.call(rest, CATALOGUE.groups(), CATALOGUE.subtasks_by_name(), options)
    found = settings.merge(options, environ, mounts, {}, here.cwd, here.home)
    engine = daemon.find(found.engine, environ, here.home, lambda path: None)
    target = task_target(CATALOGUE, call, found.release, found.image)
    own = bool(found.user) and identity.is_caller(found.user, here)
    uid = str(here.uid) if own else found.user.partition(':')[0]
    name = {'0': 'root', '1000': 'user', **(names or {})}.get(uid, '')
    who = identity.identity(found.user, here, engine, name, tuple(groups) if own else ())
    made = plan.make(target, found, here, engine, who, environ)
    return Launch(argv.words(argv.lines(made)), made)
