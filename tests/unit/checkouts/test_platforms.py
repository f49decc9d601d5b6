"""The platforms of a build, and the names of their digests."""
from __future__ import annotations

import pytest

from tao_launcher.base.errors import UsageError
from tao_launcher.checkouts.platforms import ARM, X86, Platform, entry_of, is_own, platforms

AMD64, ARM64 = Platform(X86, 'x86'), Platform(ARM, 'arm')


@pytest.mark.parametrize(('given', 'is_l4t', 'found'), [
    ([], False, (Platform('', ''),)), ([X86], False, (AMD64,)), (['linux/arm64, linux/amd64'], False, (ARM64, AMD64)),
    ([X86, f'{ARM},{X86}'], False, (AMD64, ARM64)), (['linux/arm64/v8'], False, (Platform('linux/arm64/v8', 'arm'),)),
    (['linux/riscv64'], False, (Platform('linux/riscv64', 'riscv64'),)), ([], True, (Platform(ARM, 'l4t'),)),
])
def test_platforms(given: list[str], is_l4t: bool, found: tuple[Platform, ...]) -> None:
    assert platforms(given, is_l4t=is_l4t) == found


@pytest.mark.parametrize(('given', 'is_l4t', 'error'), [
    ([''], False, '--platform: "": expected a platform such as linux/amd64, linux/arm64, or both with a comma'),
    (['linux/amd64,'], False, '--platform: "": expected a platform such as'),
    (['arm64'], False, '--platform: "arm64": expected'), (['linux/amd64 --push'], False, 'expected a platform'),
    (['-v'], False, 'expected'), (['linux/arm64,linux/arm64/v8'], False,
     '--platform: linux/arm64 and linux/arm64/v8 share one digest in the manifest: build one at a time'),
    ([X86], True, '--l4t is only for Jetson and cannot be combined with linux/amd64'),
])
def test_what_is_refused(given: list[str], is_l4t: bool, error: str) -> None:
    with pytest.raises(UsageError) as raised:
        platforms(given, is_l4t=is_l4t)
    assert error in raised.value.what


@pytest.mark.parametrize(('platform', 'entry'), [
    ('linux/arm64', 'arm'), ('arm64', 'arm'), ('linux/aarch64', 'arm'), ('linux/arm/v7', 'arm32'), ('x86_64', 'x86'),
    ('linux', ''), ('', ''),
])
def test_the_name_of_a_digest(platform: str, entry: str) -> None:
    """What manifests call arm is the 64-bit one."""
    assert entry_of(platform) == entry


def test_a_machines_own_platform() -> None:
    own = ('', 'linux', 'linux/amd64', 'linux/amd64/v3', 'amd64')
    assert all(is_own(platform, 'x86_64') for platform in own)
    assert not any(is_own(platform, 'aarch64') for platform in own[2:]) and is_own('linux/arm64/v8', 'aarch64')
