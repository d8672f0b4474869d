"""The stories of who somebody is. None has a payment."""

import json

from portone_local.actors.people import QUARTER, code, done, verified, verify, wait
from portone_local.demo.stage import Stage, expect
from portone_local.oracle.identity import forms_of, private_of
from portone_local.portone.identity.people import ADULT, MINOR, MOVED, NAMESAKE, OTHER_ADULT


def grown_up(stage: Stage) -> None:
    """An adult check, passed by one and refused to the other."""
    passed = verified(stage.stack, "haneul", ADULT, purpose="adult", provider="KCP_V2")
    expect(passed.json()["verified"]["facts"], {"adult": "yes"})
    stage.say("Haneul is 35: [green]verified[/green], and all that is kept is that she is an adult.")
    refused = verified(stage.stack, "saebom", MINOR, purpose="adult", provider="KCP_V2")
    expect((refused.status, code(refused)), (409, "under_age"))
    stage.say("Saebom is 13: 409 under_age, counted in full years at Korean midnight. Nothing is kept.")


def one_account(stage: Stage) -> None:
    """One person, two accounts."""
    refused = verified(stage.stack, "haneul-again", MOVED, purpose="signup", provider="INICIS_UNIFIED")
    expect((refused.status, code(refused)), (409, "identity_duplicate"))
    stage.say("Haneul comes back with another phone, carrier and provider: 409, without a hint at whose.")
    expect(verified(stage.stack, "namesake", NAMESAKE).status, 200)
    stage.say("Somebody of her name and birthday is somebody else: [green]verified[/green].")


def stolen(stage: Stage) -> None:
    """A verification id is stolen, and another comes too late."""
    victim = done(stage.stack, "bada", OTHER_ADULT)
    expect(code(verify(stage.stack, victim, "eve")), "verification_not_found")
    stage.say("Eve hands in the id of Bada's verification: 404, the same as for an id that never was.")
    wait(stage.stack, QUARTER)
    expect(code(verify(stage.stack, victim, "bada")), "verification_expired")
    stage.say("A quarter of an hour later Bada himself is too late: 409 verification_expired.")


def dumped(stage: Stage) -> None:
    """The table is stolen."""
    verified(stage.stack, "bada", OTHER_ADULT, purpose="signup")
    dump = json.dumps([stage.stack.identity_dump(), stage.stack.dump()], ensure_ascii=False)
    private = private_of(OTHER_ADULT)
    expect("bada" in dump, True)
    expect([what for what, value in private.items() if any(form in dump for form in forms_of(value))], [])
    stage.say(
        f"{len(dump):,} characters of both tables, searched for Bada's name, phone, birthday, CI and DI, "
        "in clear, Base64 and hex: [green]nothing[/green]."
    )
    stage.stack.shop.post("/identity/erase", {"userId": "bada"})
    shown = stage.stack.app("bada").get("/me/verification").json()
    expect(shown["verified"], False)
    stage.say("Bada leaves: his data keys are gone, and what was sealed is noise to us as well.")


STORIES = (grown_up, one_account, stolen, dumped)
