"""The folder of Apptainer's images, where every image is a file."""
from __future__ import annotations

from ...base import host
from ...base.record import Record
from ...engine import sif
from ...launch.sif_files import SifFile, sif_file
from ...settings.alone import alone, dry_run_form, engine_words
from ...settings.locate import sif_folder
from .store import Needed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from ...base.output import Output
    from ...settings.invocation import Invocation


class SifStore(Record):
    """The folder, and the program that fills it."""

    words: tuple[str, ...]
    environ: Mapping[str, str]
    folder: str
    machine: str  # as the kernel names it
    dry_run: bool
    no_check: bool
    output: Output
    platform: str = ''

    def path(self, reference: str) -> str:
        """Where the file of an image is, or would be."""
        return f'{self.folder}/{sif.name(reference)}'

    def found(self, reference: str) -> SifFile | None:
        """The file of an image; None where there is none, or none that is whole."""
        return sif_file(self.path(reference))

    def present(self, references: Sequence[str]) -> dict[str, SifFile]:
        """The files of those that have one."""
        found = ((reference, self.found(reference)) for reference in references)
        return {reference: file for reference, file in found if file}

    def missing(self, wanted: Sequence[Needed]) -> list[Needed]:
        """The images that have none."""
        here = self.present([image.reference for image in wanted])
        return [image for image in wanted if image.reference not in here]

    def line(self, *words: str) -> str:
        """A command as a line that a shell takes."""
        return self.output.line(words)


def sif_store(given: Namespace, invocation: Invocation) -> SifStore:
    """The folder that the options and variables name. Raises UsageError."""
    options, environ, here, output = invocation
    asked = bool(given.dry_run or options.get('dry_run'))
    dry_run = asked or bool(dry_run_form(options, environ))
    if dry_run and not asked:
        output.say_dry_run()
    return SifStore(
        engine_words(options, environ), environ, sif_folder(environ, here), host.survey(environ).machine, dry_run,
        bool(options.get('no_check')), output, str(alone('platform', options, environ)),
    )
