"""Bugs of the local servers: what a page of another site could do, and where a real secret would lie."""

from portone_local.planted.bug import Bug

_LOCAL = "local/src/portone_local"
_STRANGERS = "tests/bundle/gateway/test_strangers.py"
DEVELOPERS_MACHINE = (
    Bug(
        name="a page that leads its name here is answered",
        file=f"{_LOCAL}/gateway/loopback.py",
        old="return not known or not own",
        new="return not own",
        test=_STRANGERS,
        only="another_site",
    ),
    Bug(
        name="the clock is moved by a form",
        file=f"{_LOCAL}/gateway/loopback.py",
        old="any(headers.get(name) != value for name, value in CONTROL.items())",
        new="False",
        test=_STRANGERS,
        only="controlling_the_stack",
    ),
    Bug(
        name="every page may read what the local AWS answers",
        file=f"{_LOCAL}/stack/ministack_door.py",
        old="if not _is_for_pages(each[0])",
        new="if each[0]",
        test=_STRANGERS,
        only="local_aws_answers",
    ),
    Bug(
        name="a real secret is stored in the local AWS",
        file=f"{_LOCAL}/stack/wiring.py",
        old='"api": {"apiSecret": EXAMPLE_SECRET},',
        new='"api": {"apiSecret": api_secret},',
        test=_STRANGERS,
        only="never_gets",
    ),
)
