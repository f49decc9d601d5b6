"""Pushes an image of a checkout, and says by which digest its registry has it."""
from __future__ import annotations

from ...base import machine
from ...base.errors import CheckFailed, EngineError
from ...base.record import Record
from ...base.shell import join, quote
from ...checkouts import images
from ...checkouts.platforms import is_own as is_own_platform
from ...engine import answers, references
from ...launch.history import Ended, Recorder, Started
from ...settings import parsers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...checkouts.builder import Builder
    from ...checkouts.checkout import Checkout


def digest_words(found: Checkout, how: Builder) -> tuple[str, ...]:
    """The words that have `push` write the digest into a file, of an engine that does so."""
    option = found.engine.daemon.profile.digest_file
    return (option, how.digest) if option else ()


def check(found: Checkout, image: str, made: str, platform: str, *, is_own: bool) -> int:
    """Look, right before an image is pushed, whether its tag names the one that was built: 0. Raises CheckFailed.

    One of our `own` that does not is removed. It has to be for the platform that was asked for, '' for none.
    """
    facts, _ = images.inspected(found, image)
    if found.dry_run:
        found.then('unless that is the same image, it is not pushed')
    elif images.id_of(facts) != made:
        if is_own:
            found.step(('rmi', image))
        raise CheckFailed(
            f'{image} is not the image that was just built; nothing was pushed',
            f'the build made {made}, and something else moved its tag in the meantime',
        )
    machine_of_it = answers.text(facts, 'Architecture')
    if platform and machine_of_it and not is_own_platform(platform, machine_of_it):
        if is_own:
            found.step(('rmi', image))
        raise CheckFailed(
            f'{image} is an image for {machine_of_it}, not for {platform}; nothing was pushed',
            'the FROM of its Dockerfile may name a platform, or an image that is for that one alone',
        )
    return 0


class Pushed(Record):
    """What came of a push: the engine's code, and what it says of the image afterwards, with its errors."""

    code: int
    facts: object = None
    error: str = ''


def push_image(found: Checkout, image: str, words: tuple[str, ...] = ()) -> Pushed:
    """Push an image, with these words more, and ask what the engine then has by that name."""
    words = ('push', *words, image)
    if found.dry_run:
        found.step(words)
        return Pushed(0, *images.inspected(found, image))
    argv = found.argv(words)
    recorder = Recorder(Started(
        f'{found.program}/push', argv, found.engine.words, image, len(argv) - 1, checkout=found.root,
    ), found.invocation)
    with recorder:
        code = found.step(words)
        pushed = Pushed(code) if code else Pushed(code, *images.inspected(found, image))
    digests = answers.texts(pushed.facts, 'RepoDigests')
    recorder.end(Ended('job', code, image_id=images.id_of(pushed.facts), digests=digests))
    if code:
        registry = image.partition('/')[0]
        user = " -u '$oauthtoken'" if registry == 'nvcr.io' else ''
        found.output.notice(
            f'{image} was built, but not pushed; if access was denied: '
            f'{join(found.engine.words)} login {quote(registry)}{user}'
        )
    return pushed


def check_pushed(found: Checkout, image: str, made: str, pushed: Pushed) -> None:
    """Raise EngineError where an image's tag names another one after the push than the one that was built."""
    if not found.dry_run and images.id_of(pushed.facts) != made:
        raise EngineError(
            f'{image} was pushed, but may not be the image that was just built',
            'something else moved its tag in the meantime', *pushed.error[-300:].splitlines(),
        )


def pushed_digest(found: Checkout, how: Builder, image: str, made: str, pushed: Pushed) -> tuple[str, str]:
    """(the digest that an image was pushed under, its architecture), as the engine says; two '' in a dry run.

    `made` is its id. Raises EngineError where the digest is not known.
    """
    facts = pushed.facts
    if found.dry_run:
        return '', ''
    known, architecture = answers.texts(facts, 'RepoDigests'), answers.text(facts, 'Architecture')
    repository = references.repository(image)
    # some engines name one twice
    digests = dict.fromkeys(name.partition('@')[2] for name in known if name.partition('@')[0] == repository)
    if found.engine.daemon.profile.digest_file:
        digests = dict.fromkeys([machine.text(how.digest)])
    usable = [digest for digest in digests if parsers.is_digest(digest)]
    if len(usable) == 1 and images.id_of(facts) == made:
        return usable[0], architecture
    is_moved = bool(images.id_of(facts)) and images.id_of(facts) != made
    raise EngineError(
        f'{image} was pushed, but its digest is not known; {found.manifest} is as it was',
        *(f'the engine has several for {repository}: {digest}' for digest in usable if not is_moved),
        *(['something else moved its tag in the meantime'] if is_moved else []),
        *pushed.error[-300:].splitlines(),
        advice=join((*found.engine.words, 'manifest', 'inspect', '--verbose', image)),
    )
