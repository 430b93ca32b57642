"""What a person does on the page: writes, runs commands, clicks, fills in modals, is somebody else."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.page_browser import Site, running_site
from tests.support.tools import needs

pytestmark = [needs("chromium"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with running_site() as started:
        yield started
    assert started.complaints == []


async def send(page: Page, text: str) -> None:
    """Type into the composer and press Enter."""
    await page.fill("#composer-input", text)
    await page.keyboard.press("Enter")


async def choose(page: Page, block: str, text: str, typed: str = "") -> None:
    """Choose in the select of a block."""
    await page.click(f'[data-block-id="{block}"] input')
    await page.keyboard.type(typed)
    await page.get_by_role("option", name=text).click()


async def test_a_command_is_completed_run_and_its_answer_is_private(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await page.locator("#composer-input").press_sequentially("/")
        suggestions = page.locator("[data-suggestion]")
        await expect(suggestions).to_have_text([re.compile("/lunch.*<dish>"), re.compile("/menu.*What there is")])
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await expect(page.locator("#composer-input")).to_have_value("/menu ")
        await page.keyboard.press("Enter")
        answer = page.locator('[data-ephemeral="true"]')
        await expect(answer).to_contain_text("Only visible to you")
        await answer.locator('[data-action-id="soup"]').click()
        await expect(answer).to_contain_text("Soup is on its way")
        assert site.app.used[-1]["value"] == "1"

    async with site.visit("ben/general") as page:
        await expect(page.locator('[data-ephemeral="true"]')).to_have_count(0)


async def test_the_commands_are_listed_on_a_phone_line_below_line(site: Site) -> None:
    async with site.visit("ada/general", 390, 844) as page:
        await page.locator("#composer-input").press_sequentially("/")
        rows = page.locator("[data-suggestion]")
        await expect(rows).to_have_count(2)
        for at in range(2):
            parts = [rows.nth(at).locator(part) for part in (".suggestion-main b", ".muted")]
            name, does = [await part.bounding_box() for part in parts]
            assert name is not None and does is not None
            assert does["y"] >= name["y"] + name["height"] - 1, "what it does stands below the command"
            assert does["x"] + does["width"] <= 390
        await rows.nth(1).click()
        await expect(page.locator("#composer-input")).to_have_value("/menu ")


async def test_a_command_that_nobody_knows_says_so(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await send(page, "/nothing")
        await expect(page.locator(".message").last).to_contain_text("/nothing is not a valid command")


async def test_what_is_written_arrives_with_mentions(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await page.locator("#composer-input").press_sequentially("ask @be")
        await page.keyboard.press("Enter")
        await page.keyboard.type("about <b>soup</b>")
        await page.keyboard.press("Enter")
        message = page.locator(".message").last
        await expect(message).to_contain_text("ask @Ben Castle about <b>soup</b>")
        await expect(message.locator("[data-user]")).to_have_attribute("data-user", site.user("ben"))
        await expect(page.locator("#composer-input")).to_have_value("")


async def test_a_modal_refuses_what_is_missing_and_keeps_what_was_typed(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await send(page, "/lunch so")
        dialog = page.get_by_role("dialog", name="Order lunch")
        await expect(dialog.locator('[data-block-id="dish"] input')).to_have_value("so")
        await dialog.get_by_test_id("modal-submit").click()
        await expect(dialog.locator('[data-error="kind"]')).to_have_text("Please complete this required field.")
        await expect(dialog.locator('[data-error="dish"]')).to_have_text("Please enter at least 3 characters.")
        await page.fill('[data-block-id="dish"] input', "stone")
        await choose(page, "side", "Rice")
        await page.check('[data-block-id="kind"] input[value="hot"]')
        await expect(page.locator('[data-block-id="kind"] input[value="hot"]')).to_be_focused()
        await page.fill('[data-block-id="heat"] input', "9")
        await expect(page.locator('[data-block-id="dish"] input')).to_have_value("stone")
        await dialog.get_by_test_id("modal-submit").click()
        await expect(dialog.locator('[data-error="heat"]')).to_contain_text("at most 5")
        await page.fill('[data-block-id="heat"] input', "3")
        await dialog.get_by_test_id("modal-submit").click()
        await expect(dialog.locator('[data-error="dish"]')).to_have_text("Nobody eats stones.")
        await expect(page.locator('[data-block-id="side"] input')).to_have_value("Rice")
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    assert site.box.person("ada").modal is None


async def test_every_input_reaches_the_app(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await send(page, "/lunch soup")
        await page.check('[data-block-id="kind"] input[value="cold"]')
        await choose(page, "place", "Corner Café", typed="corner")
        await choose(page, "side", "Bread")
        await choose(page, "guests", "Ada Nyman")
        await choose(page, "guests", "Ben Castle", typed="ben")
        await page.fill('[data-block-id="day"] input', "2026-08-10")
        await page.fill('[data-block-id="when"] input', "2026-08-10T12:30")
        await page.check('[data-block-id="extras"] input[value="oil"]')
        await page.fill('[data-block-id="mail"] input', "ada@example.com")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.locator("#modal")).to_be_hidden()

    values = site.app.orders[-1]
    assert values["dish"]["entry"]["value"] == "soup"
    assert values["kind"]["entry"]["selected_option"]["value"] == "cold"
    assert values["place"]["entry"]["selected_option"]["text"]["text"] == "Corner Café"
    assert values["guests"]["entry"]["selected_users"] == [site.user("ada"), site.user("ben")]
    assert values["day"]["entry"]["selected_date"] == "2026-08-10"
    assert values["when"]["entry"]["selected_date_time"] == 1786357800  # 12:30 in Stockholm
    assert [one["value"] for one in values["extras"]["entry"]["selected_options"]] == ["oil"]
    assert values["mail"]["entry"]["value"] == "ada@example.com"


async def test_a_modal_on_top_goes_back_to_one_that_kept_everything(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await send(page, "/lunch pie")
        await page.fill('[data-block-id="dish"] input', "apple pie")
        await page.click('[data-action-id="allergens"]')
        await expect(page.get_by_role("dialog", name="Allergens")).to_contain_text("Nuts and gluten")
        await page.get_by_test_id("modal-back").click()
        await expect(
            page.get_by_role("dialog", name="Order lunch").locator('[data-block-id="dish"] input')
        ).to_have_value("apple pie")
        await page.get_by_test_id("modal-close").click()
        await expect(page.locator("#modal")).to_be_hidden()
    assert site.app.used[-1]["dish"]["entry"]["value"] == "apple pie"


async def test_focus_stays_in_a_modal_and_comes_back(site: Site) -> None:
    async with site.visit("ada/general") as page:
        await send(page, "/lunch tea")
        await expect(page.locator("#modal")).to_be_visible()
        for _ in range(30):
            await page.keyboard.press("Tab")
            outside = "!document.activeElement.closest('#modal') && document.activeElement !== document.body"
            assert not await page.evaluate(outside)
        await page.keyboard.press("Escape")
        await expect(page.locator("#modal")).to_be_hidden()
        await expect(page.locator("#composer-input")).to_be_focused()


async def test_being_another_person_shows_what_they_see(site: Site) -> None:
    await site.client.chat_postMessage(channel=site.channel("kitchen"), text="Only for the kitchen")
    async with site.visit("ada/kitchen") as page:
        await expect(page.locator(".message").last).to_contain_text("Only for the kitchen")
        await page.get_by_test_id("person-switch").click()
        menu = page.get_by_role("menu", name="Be another person")
        await expect(menu.get_by_role("menuitem")).to_contain_text(["Ada Nyman", "Ben Castle", "Eve <script>"])
        await expect(menu.locator(f'[data-person="{site.user("ben")}"]')).to_contain_text("Waiter")
        await menu.locator(f'[data-person="{site.user("ben")}"]').click()
        await expect(page.get_by_test_id("person-switch")).to_contain_text("Ben Castle")
        await expect(page).to_have_url(re.compile(f"#/as/{site.user('ben')}"))
        await expect(page.locator(f'[data-channel="{site.channel("general")}"]')).to_be_visible()
        await expect(page.locator(f'[data-channel="{site.channel("kitchen")}"]')).to_have_count(0)


async def test_a_thread_opens_beside_the_channel(site: Site) -> None:
    ts = await site.post("general", "Who wants pie?")
    await site.box.person("ben").say("general", "I do", thread=ts)
    async with site.visit("ada/general") as page:
        await page.locator(f'[data-thread="{ts}"]').click()
        thread = page.get_by_role("complementary", name="Thread")
        await expect(thread.locator(".message")).to_contain_text(["Who wants pie?", "I do"])
        await page.fill("#thread-input", "Me too")
        await page.keyboard.press("Enter")
        await expect(thread.locator(".message").last).to_contain_text("Me too")
        await expect(page.locator(f'[data-thread="{ts}"]')).to_contain_text("2 replies")
        await expect(page.locator("#messages .message", has_text="Me too")).to_have_count(0)
        await page.get_by_role("button", name="Close the thread").click()
        await expect(thread).to_be_hidden()


async def test_the_home_tab_is_opened_and_shown(site: Site) -> None:
    async with site.visit("ada/home") as page:
        home = page.get_by_role("region", name="App Home")
        await expect(home).to_contain_text("Your orders")
        await page.get_by_test_id("tab-messages").click()
        await expect(page.locator("#composer-input")).to_have_attribute("placeholder", "Message lunch")


async def test_a_shortcut_runs_on_a_message(site: Site) -> None:
    ts = await site.post("general", "Fish and chips")
    async with site.visit("ada/general") as page:
        await page.locator(f'[data-ts="{ts}"]').hover()
        await page.locator(f'[data-ts="{ts}"]').get_by_test_id("message-more").click()
        await page.locator('[data-shortcut="order_this"]').click()
        await expect(page.locator('[data-block-id="dish"] input')).to_have_value("Fish and chips")
    await site.close_modals("ada")


async def test_an_archived_channel_can_only_be_read(site: Site) -> None:
    async with site.visit("ada/closed") as page:
        await expect(page.locator("#no-composer")).to_contain_text("archived")
        await expect(page.locator("#composer-input")).to_be_hidden()


async def test_at_phone_width_the_list_is_a_drawer(site: Site) -> None:
    async with site.visit("ada/general", width=390, height=844) as page:
        sidebar = page.get_by_role("navigation", name="Channels and direct messages")
        await expect(sidebar).to_be_hidden()
        await page.get_by_test_id("open-sidebar").click()
        await sidebar.locator(f'[data-channel="{site.channel("kitchen")}"]').click()
        await expect(sidebar).to_be_hidden()
        await expect(page.get_by_role("heading", name="kitchen", level=1)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_file_is_sent_with_the_button_and_by_dropping_it(site: Site) -> None:
    async with site.visit("ada/dm") as page:
        button = page.get_by_role("button", name="Send a file")
        async with page.expect_file_chooser() as chosen:
            await button.click()
        chooser = await chosen.value
        await chooser.set_files({"name": "menu.csv", "mimeType": "text/csv", "buffer": b"Dish\nSoup\n"})
        await expect(page.locator(".message").last).to_contain_text("menu.csv")
        await page.evaluate(
            """() => {
              const dropped = new DataTransfer();
              dropped.items.add(new File(["Dish\\nPie\\n"], "pies.csv", { type: "text/csv" }));
              const form = document.querySelector("#composer form");
              form.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
            }"""
        )
        await expect(page.locator(".message").last).to_contain_text("pies.csv")
    contents = [upload["content"] for upload in site.box.world.uploads.values()]
    assert contents[-2:] == [b"Dish\nSoup\n", b"Dish\nPie\n"]


async def test_no_file_can_be_sent_in_a_thread(site: Site) -> None:
    ts = await site.post("general", "Who brings bread?")
    async with site.visit(f"ada/general/{ts}") as page:
        await expect(page.locator("#thread-input")).to_be_visible()
        await expect(page.locator("#thread-composer input[type=file]")).to_have_count(0)
