"""An image of a checkout, built, and known to be the one that its tag names."""
from __future__ import annotations

import re

from ..base import files, host
from ..base.errors import CheckFailed, FileError
from ..engine import answers
from ..engine.ask import ask
from ..launch.history import Ended, Recorder, Started
from . import builds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .builder import Builder
    from .builds import Recipe
    from .checkout import Checkout

ENDED = (130, 143)  # the codes of a command that a signal ended
OWN_DRIVER = 'docker'  # of the builder in docker's daemon, whose results are its images


def build(found: Checkout, builder: Builder, recipe: Recipe) -> tuple[int, str]:
    """Build an image; (the engine's code, the image's id or '' in a dry run).

    Raises CheckFailed when the tag then names another image than the one that was built.
    """
    if not found.dry_run:
        files.remove(builder.built)
    before = '' if builder.is_exact else id_of(inspected(found, recipe.image)[0])
    words = builds.build(builder.start, recipe)
    if found.dry_run:
        found.step(words, recipe.given)
        return 0, _made(found, builder, recipe.image, before)
    recorder = Recorder(Started(
        f'{found.program}/build', found.argv(words, recipe.given), found.engine.words, recipe.image,
        env=[*recipe.given.export], checkout=found.root,
    ), found.invocation)
    with recorder:
        code = found.step(words, recipe.given)
        made = '' if code else _made(found, builder, recipe.image, before)
    recorder.end(Ended('job', code, image_id=made))
    if code:
        _say_builder(found, builder, code)
    return code, made


def inspected(found: Checkout, image: str) -> tuple[object, str]:
    """(what the engine says of an image, its errors); (None, '') in a dry run, which prints the question."""
    words = ('image', 'inspect', image)
    if found.dry_run:
        found.step(words)
        return None, ''
    # not in a session of its own, where a sudo that asked for a password at the build would ask again
    answer = ask((*found.engine.words, *words), found.engine.environ, float('inf'), own_session=False)
    (facts, *_) = (*answers.entries(answers.parsed(answer.out)), None)
    return facts, answer.err.strip()


def id_of(facts: object) -> str:
    """The id, 'sha256:…', in what the engine says of an image; '' for none."""
    return _sha256(answers.text(facts, 'Id'))


def _sha256(text: str) -> str:
    found = re.fullmatch('(?:sha256:)?([0-9a-f]{64})', text.strip())  # podman leaves the first part out
    return f'sha256:{found[1]}' if found else ''


def _made(found: Checkout, builder: Builder, image: str, before: str) -> str:
    """The id of what was just built, which the tag has. Raises CheckFailed."""
    facts, _ = inspected(found, image)
    after = id_of(facts)
    if found.dry_run:
        found.then(f'unless that is the image whose id is in {builder.built}, nothing more is done')
        return ''
    told = _told(builder.built)
    # an older client's file has an image's configuration, which is its id in docker's own store alone
    is_moved = after != before and not builder.is_exact and answers.at(facts, 'Descriptor') is not None
    if after and (after in told or is_moved):
        return after
    raise CheckFailed(
        f'{image} is not the image that was just built; nothing was pushed',
        f'the tag names {after or "no image"}',
        *([f'the build made {" or ".join(told)}'] if told else [f'what the build made is not in {builder.built}']),
        *_about_builder(found, builder),
        advice='export BUILDX_BUILDER=default' if builder.has_buildx else 'docker buildx ls',
    )


def _told(path: str) -> tuple[str, ...]:
    """The digests in the file of a build: an id alone, or JSON with those of the image and its configuration."""
    try:
        data = host.read(path, 'what was built', required=False) or b''
    except FileError:
        return ()
    text = data.decode('utf-8', 'replace')
    value = answers.parsed(text)
    found = [answers.text(value, f'containerimage.{name}') for name in ('digest', 'config.digest')]
    return tuple(dict.fromkeys(filter(None, map(_sha256, [text, *found]))))


def _about_builder(found: Checkout, builder: Builder) -> list[str]:
    """A sentence about the builder, where it is not the one in docker's daemon."""
    if not builder.has_buildx:
        return []
    answer = found.engine.ask('buildx', 'inspect')
    facts = dict(re.findall(r'^(Name|Driver):[ \t]*([\w.-]{1,100})', answer.out, re.MULTILINE)[:2])
    if facts.get('Driver') in (None, OWN_DRIVER):
        return []
    return [f'the builder {facts.get("Name", "")} (driver {facts["Driver"]}) keeps its results and hands them over '
            'only with --load']


def _say_builder(found: Checkout, builder: Builder, code: int) -> None:
    """After a failure, that the builder is one that may be unable to hand over what it builds."""
    about = [] if found.dry_run or code in ENDED else _about_builder(found, builder)
    for line in about:
        found.output.notice(f'{line}; if it cannot: export BUILDX_BUILDER=default')
