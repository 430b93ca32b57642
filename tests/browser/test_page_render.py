"""What the page makes of messages: blocks, mrkdwn, dates, hostile text."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.page_browser import START, Site, running_site
from tests.browser.page_lunch import Json, button, mrkdwn, option, plain, section
from tests.support.tools import needs

pytestmark = [needs("chromium"), pytest.mark.asyncio(loop_scope="module")]
HOSTILE = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with running_site() as started:
        yield started
    assert started.complaints == []


async def test_mrkdwn_is_shown_as_slack_shows_it(site: Site) -> None:
    ada, general = site.user("ada"), site.channel("general")
    text = (
        f"*bold* _it_ ~gone~ `a < b` snake_case 2*3*4 <@{ada}> <#{general}> <!here> "
        "<https://example.com|site> <mailto:a@example.com> :warning: :nosuch: &lt;kept&gt;\n> quoted\n```pre\n text```"
    )
    ts = await site.post("general", "all", blocks=[section(text)])

    async with site.visit("ada/general") as page:
        block = page.locator(f'[data-ts="{ts}"] .mrk').first
        await expect(block.locator("strong")).to_have_text("bold")
        await expect(block.locator("em")).to_have_text("it")
        await expect(block.locator("s")).to_have_text("gone")
        await expect(block.locator("code")).to_have_text("a < b")
        await expect(block.locator("blockquote")).to_have_text("quoted")
        await expect(block.locator("pre")).to_have_text("pre\n text")
        await expect(block.locator(f'[data-user="{ada}"]')).to_have_class(re.compile("mention-me"))
        await expect(block.locator('[data-broadcast="here"]')).to_have_text("@here")
        await expect(block.get_by_role("link", name="site")).to_have_attribute("href", "https://example.com")
        await expect(block.get_by_role("link", name="#general")).to_be_visible()
        await expect(block).to_contain_text("snake_case 2*3*4")
        await expect(block).to_contain_text(":nosuch: <kept>")


async def test_hostile_text_never_becomes_markup(site: Site) -> None:
    links = "<javascript:window.hacked=1|go> <data:text/html,x|there> <!channel"
    deep = "*_~" * 400
    blocks: list[Json] = [
        {"type": "header", "text": plain(HOSTILE)},
        section(f"{HOSTILE} {links} {deep}", accessory=button(HOSTILE[:70], "hostile", value=HOSTILE)),
        {"type": "context", "elements": [mrkdwn(HOSTILE)]},
        {"type": "markdown", "text": f"# {HOSTILE}\n[go](javascript:window.hacked=1) {HOSTILE}"},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "static_select",
                    "action_id": "choose",
                    "placeholder": plain(HOSTILE),
                    "options": [option(HOSTILE[:70], '"><img src=x>')],
                }
            ],
        },
    ]
    ts = await site.post("general", HOSTILE, blocks=blocks)
    await site.box.person("eve").say("general", f"{HOSTILE} <!channel> <https://example.com|me>")

    async with site.visit("ben/general") as page:
        message = page.locator(f'[data-ts="{ts}"]')
        await message.locator('[data-action-id="choose"]').click()
        await expect(page.get_by_role("option")).to_have_text(HOSTILE[:70])
        await expect(message.locator("h3")).to_have_text(HOSTILE)
        said = page.locator(".message").last
        await expect(said.locator(".author")).to_have_text("Eve <script>window.hacked=1</script>")
        await expect(said).to_contain_text(f"{HOSTILE} <!channel> <https://example.com|me>")
        assert await said.locator(".mention").count() == 0
        assert await page.locator("#page img, #page script, #page iframe").count() == 0
        assert await page.locator('a[href^="javascript"], a[href^="data"]').count() == 0
        assert await page.evaluate("window.hacked") is None


async def test_ten_thousand_characters_and_marks_do_not_break_the_layout(site: Site) -> None:
    ts = await site.post("general", "long", blocks=[section("x" * 2900), section("*a " * 900), section("line\n" * 500)])

    async with site.visit("ada/general", width=390, height=844) as page:
        message = page.locator(f'[data-ts="{ts}"]')
        await message.get_by_role("button", name="See more").last.click()
        await expect(message.get_by_role("button", name="See less")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        assert await page.evaluate("document.querySelector('#messages').scrollWidth") <= 390


async def test_dates_follow_the_zone_of_whoever_looks(site: Site) -> None:
    midnight = START + timedelta(days=1, hours=9)  # in Stockholm; 18:00 of the day before in New York
    meeting = int(midnight.timestamp())
    text = f"Meet <!date^{meeting}^{{date_short_pretty}} at {{time}}|later>, <!date^{meeting}^{{date_long}}|later>."
    ts = await site.post("general", text)

    for handle, expected in (
        ("ben", "Meet Tomorrow at 6:00 PM, Friday, August 7th."),
        ("ada", "Meet Aug 8 at 12:00 AM, Saturday, August 8th."),
    ):
        async with site.visit(f"{handle}/general") as page:
            await expect(page.locator(f'[data-ts="{ts}"] .mrk')).to_have_text(expected)


async def test_every_date_token(site: Site) -> None:
    tokens = {
        "{date_num}": "2026-08-06",
        "{date}": "August 6th",
        "on {date_pretty}": "on today",
        "{date_short}": "Aug 6",
        "{date_long}": "Thursday, August 6th",
        "{date_long_pretty}": "Today",
        "{time}": "9:00 AM",
        "{time_secs}": "9:00:00 AM",
        "{ago}": "2 hours ago",
        "{unknown}": "{unknown}",
    }
    script = """async ([at, patterns]) => {
        const { slackDate } = await import('/dates.js');
        return patterns.map((text) => slackDate(at, text, 'America/New_York', at + 7300));
    }"""
    async with site.visit("ada/general") as page:
        shown = await page.evaluate(script, [int(START.timestamp()), list(tokens)])
    assert shown == list(tokens.values())


async def test_a_date_far_away_names_its_year_and_dst_gaps_are_survived(site: Site) -> None:
    script = """async () => {
        const dates = await import('/dates.js');
        const zone = 'Europe/Stockholm';
        const at = Date.UTC(2026, 7, 6) / 1000;
        const inGap = dates.fromLocal('2026-03-29T02:30', zone);
        const there = dates.toLocal(dates.fromLocal('2026-10-25T09:00', zone), zone);
        const old = dates.slackDate(at - 200 * 86400, '{date_short}', zone, at);
        return [old, there, Number.isInteger(inGap), dates.fromLocal('nonsense', zone)];
    }"""
    async with site.visit("ada/general") as page:
        assert await page.evaluate(script) == ["Jan 18, 2026", "2026-10-25T09:00", True, None]


async def test_blocks_of_every_kind_are_shown(site: Site) -> None:
    series = [{"name": "Proven", "data": [{"label": "Q1", "value": 2}, {"label": "Q2", "value": 5}]}]
    cells = [[{"type": "raw_text", "text": "Dish"}, {"type": "raw_text", "text": "Cost"}]]
    rows = [
        [{"type": "raw_text", "text": f"Dish {n}"}, {"type": "raw_number", "value": n, "text": str(n)}]
        for n in (3, 1, 2)
    ]
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich", "style": {"bold": True}}]}
    blocks: list[Json] = [
        {"type": "section", "fields": [mrkdwn("*One*"), plain("Two :tada:")]},
        {"type": "divider"},
        {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A plate"},
        {"type": "rich_text", "elements": [rich]},
        {"type": "markdown", "text": "## Head\n- [x] done\n\n**strong** text"},
        {
            "type": "data_visualization",
            "title": "Sold",
            "chart": {"type": "bar", "series": series, "axis_config": {"categories": ["Q1", "Q2"]}},
        },
        {"type": "data_table", "caption": "Dishes", "page_size": 2, "rows": cells + rows},
    ]
    ts = await site.post("general", "everything", blocks=blocks)

    async with site.visit("ada/general") as page:
        message = page.locator(f'[data-ts="{ts}"]')
        await expect(message.locator(".fields > div")).to_have_text(["One", re.compile("Two")])
        await expect(message.get_by_role("img", name="A plate")).to_be_visible()
        await expect(message.locator(".rich-text strong")).to_have_text("rich")
        await expect(message.get_by_role("heading", name="Head")).to_be_visible()
        await expect(message.get_by_role("img", name="Proven: Q1 2, Q2 5")).to_be_visible()
        first = message.locator("tbody tr:first-child th")
        await expect(first).to_have_text("Dish 3")
        await message.get_by_role("button", name="Cost").click()
        await expect(first).to_have_text("Dish 1")
        await message.get_by_role("button", name="Next").click()
        await expect(first).to_have_text("Dish 3")
        assert await message.locator(".unsupported").count() == 0


NEWER_BLOCKS: list[Json] = [
    {
        "type": "container",
        "title": plain("Lunch"),
        "subtitle": mrkdwn("*two* dishes"),
        "icon": {"type": "image", "image_url": "https://example.com/i.png", "alt_text": "A fork"},
        "width": "narrow",
        "has_header_divider": True,
        "child_blocks": [section("inside"), {"type": "divider"}],
    },
    {
        "type": "container",
        "title": plain("Folded"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [section("hidden at first")],
    },
    {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": "Dish"}, {"type": "raw_text", "text": "Cost"}],
            [{"type": "raw_text", "text": "Soup"}, {"type": "raw_number", "value": 4.5, "text": "4.50"}],
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "taste",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            }
        ],
    },
]


async def test_containers_tables_with_numbers_and_feedback_are_shown(site: Site) -> None:
    ts = await site.post("general", "newer blocks", blocks=NEWER_BLOCKS)

    async with site.visit("ada/general") as page:
        message = page.locator(f'[data-ts="{ts}"]')
        open_one, folded = message.locator(".container").nth(0), message.locator(".container").nth(1)
        await expect(open_one.locator("header")).to_contain_text("two dishes")
        await expect(open_one.get_by_role("img", name="A fork")).to_be_visible()
        await expect(open_one.get_by_text("inside")).to_be_visible()
        await expect(folded.get_by_text("hidden at first")).to_be_hidden()
        await folded.locator("summary").click()
        await expect(folded.get_by_text("hidden at first")).to_be_visible()
        await expect(message.get_by_role("cell", name="4.50")).to_have_class("align-right")
        await expect(message.get_by_role("button", name="Good")).to_be_visible()
        assert await message.locator(".unsupported").count() == 0


async def test_edits_reactions_and_deletions_arrive_by_themselves(site: Site) -> None:
    ts = await site.post("general", "Soup at noon")
    channel = site.channel("general")
    async with site.visit("ada/general") as page:
        message = page.locator(f'[data-ts="{ts}"]')
        await expect(message).to_contain_text("Soup at noon")
        await site.client.chat_update(channel=channel, ts=ts, text="Soup at one")
        await expect(message).to_contain_text("Soup at one (edited)")
        await message.hover()
        await message.locator('[data-react="eyes"]').click()
        await expect(message.locator('[data-reaction="eyes"]')).to_have_text(re.compile("1"))
        await site.client.chat_delete(channel=channel, ts=ts)
        await expect(message).to_have_count(0)


async def test_each_day_has_its_line_and_unread_messages_theirs(site: Site) -> None:
    await site.post("general", "The first day")
    async with site.visit("ada/general"):
        await site.box.wait_for(lambda: site.box.world.state.unread(site.user("ada"), site.channel("general")) == 0)
    site.box.move_clock(timedelta(days=1))
    await site.post("general", "The next day")

    async with site.visit("ada/kitchen") as page:
        row = page.locator(f'[data-channel="{site.channel("general")}"]')
        await expect(row.locator("[data-unread]")).to_have_text("1")
        await row.click()
        await expect(page.locator(".line-day").last).to_have_text("Today")
        await expect(page.locator(".line-day").nth(-2)).to_have_text("Yesterday")
        await expect(page.locator(".line-new + .message")).to_contain_text("The next day")
        await expect(row.locator("[data-unread]")).to_have_count(0)
