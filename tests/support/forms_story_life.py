"""The later life of accounts in the day of `forms_story`: renewals, meetings for all, costs, hand-overs and merges."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.rooms import ACTIONS, CALLBACKS
from bot.store import accounts
from tests.support.factory import AGREEMENT
from tests.support.overview import overview

if TYPE_CHECKING:
    from tests.support.forms_story import Day


async def looks(day: Day) -> None:
    """Maya looks at two agreements: one shows it, one does not."""
    ines, maya = day.ines, day.maya
    await day.form(maya, "/proof acme evidence")
    await day.press(maya, ACTIONS.AGREEMENT_SHOWS)
    await day.form(ines, "/proof acme plan", ACTIONS.THEY_AGREED)
    await ines.submit({"outcome": "1", "agreed_by": "1", "agreement_link": f"{AGREEMENT}/later"})
    await day.form(maya, "/proof acme evidence", ACTIONS.AGREEMENT_DOES_NOT_SHOW)
    await day.submit(maya, CALLBACKS.AGREEMENT_NOT_SHOWN, {"note": "It is another page"})
    await day.close(ines)
    await day.close(maya)


async def acceptances(day: Day) -> None:
    """Maya looks at what says that they accepted the packet: it shows it in her messages and in the packet, or not."""
    ines, maya = day.ines, day.maya
    for page in ("first", "second", "third"):
        await day.form(ines, "/proof acme packet", ACTIONS.ACCEPT_PACKET)
        await ines.submit({"by": "1", "link": f"https://acme.example/mail/{page}"})
        await day.close(ines)
        await day.close(maya)
        await day.stage.settle()
        if page == "first":
            await day.press(maya, ACTIONS.ACCEPTANCE_SHOWS)
        elif page == "second":
            await day.form(maya, "/proof acme packet")
            await day.press(maya, ACTIONS.PACKET_CANNOT_OPEN)
            await day.form(maya, "/proof acme packet")
            await day.press(maya, ACTIONS.PACKET_SHOWS)
        else:
            await day.press(maya, ACTIONS.ACCEPTANCE_CANNOT_OPEN)
            await maya.click(ACTIONS.ACCEPTANCE_DOES_NOT_SHOW)
            await day.submit(maya, CALLBACKS.ACCEPTANCE_NOT_SHOWN, {"note": "It is another page"})


async def renewals(day: Day) -> None:
    """Called in every way, renewed twice (confirmed, and taken back), still open, and left."""
    ines, maya, stage = day.ines, day.maya, day.stage
    owner = stage.actor("ines")
    for name in ("Umbrella", "Vandelay"):
        stage.write(
            lambda s, name=name: accounts.create(  # type: ignore[misc]
                s,
                owner.author,
                stage.now,
                name,
                owner_id=owner.member.id,
                portfolio_id=day.book.portfolio,
                arr_minor=90_000_00,
                currency="EUR",
                contract_start=date(2025, 3, 1),
                renewal_date=date(2026, 3, 1),
            )
        )
    for action in (ACTIONS.CALL_COMMIT, ACTIONS.CALL_LIKELY, ACTIONS.CALL_UNKNOWN):
        await day.form(ines, "/proof acme renewal")
        await day.press(ines, action)
    await day.form(ines, "/proof acme renewal", ACTIONS.CALL_AT_RISK)
    await day.submit(ines, CALLBACKS.CALL, {"call": "at_risk", "why": "Nobody there speaks for us"})
    await day.form(ines, "/proof umbrella renewal")
    await day.press(ines, ACTIONS.STILL_OPEN)
    for name, said in (("umbrella", ACTIONS.CONFIRM_RENEWED), ("vandelay", ACTIONS.REFUSE_RENEWED)):
        await day.form(ines, f"/proof {name} renewal", ACTIONS.RENEWED)
        await day.submit(ines, CALLBACKS.RENEWED, {"arr": "90000", "notice_days": "30", "decided": "They run on it"})
        await day.form(maya, f"/proof {name} renewal")
        await day.press(maya, said)
    await day.form(ines, "/proof vandelay renewal", ACTIONS.LEFT)
    left = {"last_day": "2026-03-02", "because": "competitor", "uses_now": "Their ERP's own module"}
    await day.submit(ines, CALLBACKS.LEFT, left)
    await day.close(ines)
    await day.close(maya)


async def meetings_of_all(day: Day) -> None:
    """South's customers get their meetings and lose them again, francs get a band, the quarter its costs."""
    maya = day.maya
    await overview(maya, "/portfolio South")
    await maya.click(ACTIONS.DEFAULT_SERIES)
    await day.submit(maya, CALLBACKS.DEFAULT_SERIES, {"low_touch": "weekly", "begins": "10:00"})
    await day.submit(maya, CALLBACKS.SERIES_PREVIEW)
    await day.press(maya, ACTIONS.UNDO_SERIES)
    await day.close(maya)
    await overview(maya, "/portfolio South")
    await maya.click(ACTIONS.SHOW_PORTFOLIO_PAGE)
    await maya.click(ACTIONS.SET_BAND)
    await day.submit(maya, CALLBACKS.CURRENCY_BAND, {"bands": "90,000 / 18,000"})
    await day.form(maya, "/portfolio retention", ACTIONS.SHOW_COSTS, ACTIONS.ENTER_COSTS)
    await day.submit(maya, CALLBACKS.QUARTER_COSTS, {"currency": "EUR", "margin": "78", "retention": "120,000"})
    await day.close(maya)


async def changes(day: Day) -> None:
    """A series rests, an account is renamed, given to somebody, handed over with others, merged and parted again."""
    ines, maya, stage = day.ines, day.maya, day.stage
    await day.form(ines, "/proof acme cadence", f"{ACTIONS.PAUSE_SERIES}.0")
    await day.submit(ines, CALLBACKS.SERIES_PAUSE, {"what": "pause", "until": "2026-04-02"})
    kenji = stage.person("kenji")
    await day.form(maya, f"/portfolio handover <@{kenji.id}>")
    await day.submit(maya, CALLBACKS.LEAVER, {"to": ines.id})
    await day.submit(maya, CALLBACKS.LEAVER_PREVIEW)
    await day.form(ines, "/proof globex edit")
    await day.submit(ines, CALLBACKS.EDIT_ACCOUNT, {"name": "Globex Works", "owner": kenji.id})
    await day.press(ines, ACTIONS.TAKE_ACCOUNT_BACK)
    await day.form(ines, "/proof globex edit")
    await day.submit(ines, CALLBACKS.EDIT_ACCOUNT, {"owner": kenji.id})
    await day.close(ines)
    await day.close(maya)
    await stage.settle()
    await maya.click(ACTIONS.GIVE_ACCOUNT)
    await day.submit(maya, CALLBACKS.GIVE_ACCOUNT, {"owner": ines.id})
    await day.form(maya, "/proof acme merge")
    await day.submit(maya, CALLBACKS.MERGE, {"name": "Globex Works"})
    await day.submit(maya, CALLBACKS.MERGE_PREVIEW)
    await day.press(maya, ACTIONS.UNDO_MERGE)
    await day.close(maya)
