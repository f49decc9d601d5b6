"""What `tao submit` is told beside the launcher's own options: how many machines, which GPUs, whose queue."""
from __future__ import annotations

import re
from functools import partial

from ...base.errors import UsageError
from ...base.record import Record
from ...base.text import is_utf8
from ...engine.profile import APPTAINER_KIND
from ...engine.profiles import PROFILES
from ...settings.option import REFUSED
from ...settings.options import OPTIONS
from ...settings.parsers import destination
from ...settings.programs import KUBERNETES, SLURM
from ...settings.repeatable import Problems
from ...settings.values import Mount, Source
from . import enroot
from .slurm_words import sbatch_word, srun_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...settings.option import Values
    from ...settings.values import Gpus

# What steers the engine's client, passed on to the nodes where it is set.
CLIENT = ('DOCKER_CONFIG', *(name for profile in PROFILES for name in profile.variables))
# How the values of options are written, and the words for it.
FORMS = {
    'nodes': ('[1-9][0-9]{0,4}', 'a whole number from 1 to 99999'),
    'time': (r'[0-9]+(-[0-9]+)?(:[0-9]{1,2}){0,2}|(?i:unlimited|infinite)', 'minutes, H:M:S, D-H or D-H:M:S'),
    'partition': (r'[\w.,+@-]+', 'a name without blanks'),
    'account': (r'[\w.,+@-]+', 'a name without blanks'),
    'container': ('docker|pyxis|apptainer', 'docker, pyxis or apptainer'),
    'namespace': ('[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?', 'lower-case letters, digits and -'),
    'image_pull_secret': ('[a-z0-9]([a-z0-9.-]*[a-z0-9])?', 'the name of a Secret'),
}
# What a job's name may be: in Kubernetes it becomes the name of machines, a number after it.
JOB_NAMES = {
    SLURM: ('[A-Za-z0-9][A-Za-z0-9_.-]{0,99}', 'letters, digits and _ . -'),
    KUBERNETES: ('[a-z]([a-z0-9-]{0,50}[a-z0-9])?', 'up to 52 lower-case letters, digits and -, the first a letter'),
}


class Submission(Record):
    """A submission; gpus is how many each node gets, gpu_type the kind of them or ''."""

    nodes: int = 1
    gpus: int = 1
    gpu_type: str = ''
    asks_for_gpus: bool = True  # else --sbatch-arg does
    name: str = ''
    time: str = ''
    partition: str = ''
    account: str = ''
    sbatch_args: tuple[str, ...] = ()
    srun_args: tuple[str, ...] = ()
    container: str = 'docker'  # what makes it: docker (any engine of its kind), pyxis, apptainer
    image: str = ''  # as pyxis names it, where docker could not: a file, or enroot's REGISTRY#NAME
    names_timeout: bool = False  # --stop-timeout was given
    wait: bool = False
    follow: bool = False  # and show the first rank's log meanwhile
    namespace: str = ''
    claims: tuple[Mount, ...] = ()  # source is the claim's name
    pull_secret: str = ''
    patches: tuple[str, ...] = ()  # the files
    tell: Callable[[str], None] | None = None  # is told what the cluster calls the job


def submission(program: str, options: Values, gpus: Gpus | None, source: str) -> Submission:
    """What is submitted. `gpus` is what --gpus, TAO_GPUS or the mounts file (the `source`) asks for.

    Raises UsageError with every fault.
    """
    problems = Problems()
    problems.found += [
        f'{option.name}: a submitted job has no terminal here, and runs on by itself'
        for option in OPTIONS
        if not option.value and option.kubernetes == REFUSED and option.key in options
    ]
    words = tuple(problems.all('--sbatch-arg', _words(options, 'sbatch_arg'), sbatch_word))
    srun_words = tuple(problems.all('--srun-arg', _words(options, 'srun_arg'), srun_word))
    claims = _claims(options, problems)
    texts = {key: value for key, value in options.items() if isinstance(value, str)}
    for key, (pattern, expected) in {**FORMS, 'name': JOB_NAMES[program]}.items():
        if key in texts and not re.fullmatch(pattern, texts[key]):
            problems.found.append(f'--{key}: "{texts[key]}": expected {expected}')
    container = texts.get('container', 'docker')
    has_own = program == SLURM and container != APPTAINER_KIND
    image = _image(texts, problems, is_pyxis=container == 'pyxis') if has_own else ''
    gpu_count, kind = _gpus(program, texts.get('gpus_per_node'), gpus, source, problems, is_option='gpus' in options)
    if problems.found:
        raise UsageError(problems.found[0], *problems.found[1:], advice=f'tao {program} --help')
    has_gres = any(word.startswith('--gres=') and 'gpu' in word for word in words)
    return Submission(
        nodes=int(texts.get('nodes', '1')),
        gpus=gpu_count,
        gpu_type=kind,
        asks_for_gpus=not has_gres or 'gpus_per_node' in texts,
        sbatch_args=words,
        srun_args=srun_words,
        container=container,
        image=image,
        names_timeout='stop_timeout' in options,
        wait=bool(options.get('wait') or options.get('follow')),
        follow=bool(options.get('follow')),
        claims=claims,
        **{key: texts.get(key, '') for key in ('name', 'time', 'partition', 'account', 'namespace')},
        pull_secret=texts.get('image_pull_secret', ''),
        patches=tuple(_words(options, 'patch')),
        tell=None,
    )


def _claims(options: Values, problems: Problems) -> tuple[Mount, ...]:
    claims = tuple(problems.all('--pvc', _words(options, 'pvc'), claim))
    counts: dict[str, int] = {}
    for each in claims:
        counts[each.destination] = counts.get(each.destination, 0) + 1
    problems.found += [
        f'--pvc: {place}: several claims for one destination' for place, count in counts.items() if count > 1
    ]
    return claims


def _image(texts: Mapping[str, str], problems: Problems, *, is_pyxis: bool) -> str:
    given = [(f'--{key}', texts[key]) for key in ('image', 'cached') if key in texts]
    found = [problems.parsed(key, text, partial(enroot.own, is_pyxis=is_pyxis)) or '' for key, text in given]
    return ''.join(found[:1])


def _words(options: Values, key: str) -> list[str]:
    given = options.get(key, [])
    return given if isinstance(given, list) else []


def _gpus(
    program: str, text: str | None, given: Gpus | None, source: str, problems: Problems, *, is_option: bool,
) -> tuple[int, str]:
    """How many GPUs each node gets, and their type; --gpus_per_node overrides a variable and the mounts file."""
    if text is not None:
        kind, colon, count = text.rpartition(':')
        typed = program == SLURM and re.fullmatch(r'[\w.-]+', kind)
        if not re.fullmatch('[0-9]{1,3}', count) or (colon and not typed):
            expected = f'a number up to 999{" or TYPE:NUMBER" * (program == SLURM)}'
            problems.found.append(f'--gpus_per_node: "{text}": expected {expected}')
        if is_option:
            problems.found.append('--gpus and --gpus_per_node cannot be combined')
        return int('0' + re.sub('[^0-9]', '', count)), kind
    if given is None or (given.kind == 'all' and not is_option):
        return 1, ''  # "all" of a mounts file is that of a workstation
    if given.kind in ('none', 'count'):
        return given.first, ''
    engine = 'Kubernetes' if program == KUBERNETES else 'Slurm'
    problems.found.append(
        f'{source}: {engine} chooses the GPUs; say how many: --gpus_per_node {len(given.ids) or given.first or 8}'
    )
    return 0, ''


def claim(text: str) -> Mount:
    """NAME:DEST or NAME:DEST:ro, a persistent volume claim. Raises ValueError."""
    name, _, rest = text.partition(':')
    path, colon, mode = rest.partition(':')
    is_name = re.fullmatch('[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?', name)
    if not is_name or not rest or (colon and mode not in ('ro', 'rw')):
        raise ValueError('expected NAME:DEST or NAME:DEST:ro, NAME that of a persistent volume claim')
    if not is_utf8(path):
        raise ValueError('a path that is not UTF-8, which JSON needs')
    return Mount(name, destination(path), mode, Source('option', '--pvc'))


def gpu_ids(count: int) -> str:
    """What is in a plan for GPUs that only the machine of the job knows, '' for none; --gpus takes it for UUIDs."""
    return ','.join(f'GPU-{i + 1}-of-the-node' for i in range(count))


def without_job(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what tells of a Slurm job that the command is typed in: it is not the new one."""
    kept = ('SLURM_CONF', 'SLURM_CONF_SERVER', 'SLURM_CLUSTERS', 'SLURM_JWT')
    return {name: value for name, value in environ.items() if not name.startswith('SLURM_') or name in kept}
