"""Stage, tier, the isolation of our share and the packet, acted as people act."""

from __future__ import annotations

import pytest

from sandbox.errors import FormError
from sandbox.person import Person
from tests.slack.believable import fill
from tests.slack.bot_process import Stage


def words(person: Person) -> str:
    """What the open modal says, without marks and line breaks."""
    return " ".join(person.text(person.modal).replace("*", "").split())


async def test_a_stage_is_put_by_hand_with_a_reason_and_released(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.settle()
    await ines.command("/proof acme stage")
    form = words(ines)
    assert "is in activation" in form and "a first win, with its date" in form and "Too few accounts" in form
    with pytest.raises(FormError) as refused:
        await ines.submit({"stage": "renewal"})
    assert "reason" in refused.value.errors
    await ines.submit({"stage": "renewal", "reason": "They renew early"})
    await ines.command("/proof acme")
    assert "renewal" in ines.text(ines.sees()[-1])
    await ines.command("/proof acme stage")
    assert "Set by hand: They renew early The ledger shows activation" in words(ines)
    await ines.submit({"stage": "ledger"})
    await ines.command("/proof acme")
    assert "activation" in ines.text(ines.sees()[-1])


async def test_a_reader_sees_stage_and_tier_without_a_form(stage: Stage) -> None:
    fill(stage)
    tom = stage.person("tom")
    await tom.command("/proof acme stage")
    assert "Acme GmbH is in" in words(tom) and not tom.modal.get("submit")
    await tom.close()
    await tom.command("/proof acme tier")
    assert "Acme GmbH is high touch" in words(tom) and not tom.modal.get("submit")


async def test_a_tier_is_put_by_hand_with_a_reason(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme tier")
    with pytest.raises(FormError) as refused:
        await ines.submit({"tier": "low_touch"})
    assert "reason" in refused.value.errors
    await ines.submit({"tier": "low_touch", "reason": "One user, no admin"})
    await ines.command("/proof acme tier")
    assert "Acme GmbH is low touch" in words(ines) and "One user, no admin" in words(ines)
