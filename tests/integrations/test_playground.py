"""The playground in a real browser: a fault is typed and seen, a claim is broken and its
counterexample shown, a link brings the text back, and nothing is fetched from elsewhere.

It needs npm and its registry, and a chromium. Without them these are skipped, loudly; with
`PRICELANG_NODE=required` and `PRICELANG_BROWSER=required` they fail then.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pricelang.cli.playground import Handler
from pricelang.editor.playground.folder import write_playground
from pricelang.model.errors import PriceError
from tests.browser import Browser, running_browser
from tests.integrations.conftest import without_node

pytestmark = pytest.mark.campaign
PATIENCE = 120
# Puts the cursor behind a text of the lines that the editor shows; false where none has it.
CURSOR = """(before => {
  const line = [...document.querySelectorAll('.cm-line')].find((one) => one.textContent.includes(before));
  if (!line) return false;
  let rest = line.textContent.indexOf(before) + before.length;
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); rest -= node.data.length) {
    if (rest <= node.data.length) {
      document.querySelector('.cm-content').focus();
      getSelection().collapse(node, rest);
      return true;
    }
  }
  return false;
})"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("playground")
    if shutil.which("npm") is None:
        without_node("no npm: the playground is not tested in a browser")
    try:
        write_playground(folder)
    except PriceError as error:
        without_node(str(error))
    handler = partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Page:
    """The playground in a browser, and what a reader does there."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address

    def ask(self, expression: str) -> Any:
        return self.browser.ask(expression)

    def until(self, expression: str) -> None:
        """Waits until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.ask(expression):
            assert time.monotonic() < end, f"{expression}: {self.ask('document.body.innerText')}"
            time.sleep(0.05)

    def quiet(self) -> str:
        return (
            "!document.body.hasAttribute('aria-busy') && document.body.dataset.answers > 0"
            " && !document.body.dataset.waiting"
        )

    def begin(self, example: str, tab: str = "price") -> None:
        self.browser.show(1280, False)
        self.browser.open("about:blank")
        self.browser.open(self.address)
        self.until(self.quiet())
        self.choose("example", example)
        self.tab(tab)

    def quieter(self) -> str:
        """Whether the checks of what is on the screen are shown too."""
        return f"{self.quiet()} && document.body.dataset.checked === document.body.dataset.answers"

    def press(self, key: str, control: bool = False) -> None:
        """Presses a key, such as `Enter` or `z` with Control."""
        code = {
            "Enter": 13,
            "Escape": 27,
            "Tab": 9,
            "ArrowDown": 40,
            "ArrowRight": 39,
            "End": 35,
            "Home": 36,
        }
        given: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code.get(key, ord(key[0]))}
        given |= {"modifiers": 2 if control else 0}
        given |= {"text": "\r"} if key == "Enter" else {}
        self.browser.call("Input.dispatchKeyEvent", type="keyDown", **given)
        self.browser.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text: str) -> None:
        """Types a text where the cursor stands, key by key at the ends of lines."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.press("Enter")
            if line:
                self.browser.call("Input.insertText", text=line)
        self.until(self.quiet())

    def rewrite(self, before: str, line: str) -> None:
        """Types a line in place of the one that holds a text."""
        self.until(CURSOR + f"({json.dumps(before)})")
        self.ask("getSelection().modify('move', 'backward', 'lineboundary')")
        self.ask("getSelection().modify('extend', 'forward', 'lineboundary')")
        self.type(line)

    def click(self, selector: str, number: int = 0) -> None:
        self.ask(f"document.querySelectorAll({json.dumps(selector)})[{number}].click()")
        self.until(self.quiet())

    def fill(self, name: str, value: str) -> None:
        """Fills a field of the request."""
        self.ask(
            f"(i => {{ i.value = {json.dumps(value)}; i.dispatchEvent(new Event('input', "
            f"{{bubbles: true}})); }})(document.querySelector('[name={json.dumps(name)}]'))"
        )
        self.until(self.quiet())

    def rules(self) -> str:
        """The text of the editor, without what stands behind its lines."""
        lines = (
            "[...document.querySelectorAll('.cm-line')].map(line => { line = line.cloneNode(true);"
        )
        lines += " line.querySelectorAll('.check').forEach(one => one.remove()); return line.textContent; })"
        return str(self.ask(f"{lines}.join('\\n')"))

    def choose(self, name: str, value: str) -> None:
        self.ask(
            f"(s => {{ s.value = {json.dumps(value)}; s.dispatchEvent(new Event('change')); }})"
            f"(document.getElementById('{name}'))"
        )
        self.until(self.quiet())

    def tab(self, name: str) -> None:
        self.ask(f"document.querySelector('[data-tab={name}]').click()")
        self.until(self.quiet())

    def type_at(self, before: str, text: str) -> None:
        """Puts the cursor behind a text of the editor, and types."""
        if not self.ask(CURSOR + f"({json.dumps(before)})"):
            self.ask("document.querySelector('.cm-scroller').scrollTop = 1e6")
            self.until(CURSOR + f"({json.dumps(before)})")
        self.browser.call("Input.insertText", text=text)
        self.until(self.quiet())

    def text(self, selector: str) -> str:
        return str(self.ask(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    with running_browser("the playground") as browser:
        yield Page(browser, address)


def test_a_first_answer_of_the_claude_book_and_quick_ones_after_it(page: Page) -> None:
    page.begin("claude")
    assert page.text("#status") == "no faults"
    assert "$5 / MTok" in page.text("#panel")
    took = []
    for text in ("50k", "60k", "70k"):
        page.fill("use input", text)
        took.append(int(page.ask("document.body.dataset.took")))
    assert "70,000" in page.text("#panel")
    assert min(took) < 300


def test_a_fault_that_is_typed_is_seen_and_mended_by_its_fix(page: Page) -> None:
    page.begin("small")
    page.type_at("off tok", "x")
    page.until("document.querySelector('#status').innerText === '1 error'")
    assert "unknown meter `tokxens`" in page.text("#faults")
    assert page.text("#stale").startswith("The text has errors.")
    page.until("document.querySelector('.cm-lintRange-error') !== null")
    assert page.text(".cm-lintRange-error") == "tokxens"
    assert page.ask("document.querySelector('#panel').classList.contains('stale')") is True
    page.ask("document.querySelector('.fix').click()")
    page.until("document.querySelector('#status').innerText.startsWith('no faults')")


def test_a_claim_that_is_broken_shows_the_request_that_breaks_it(page: Page) -> None:
    page.begin("exclusion", "claims")
    assert "4 claims, all proven" in page.text("#panel")
    page.type_at("output costs 5", "0")
    page.until("document.querySelector('#panel').innerText.includes('1 broken')")
    assert '{"model": "' in page.text("#panel")
    page.until(page.quieter())
    assert page.text("#status") == "1 claim broken"
    assert "this claim is broken: the left side costs" in page.text("#faults")
    page.click("[data-request]")
    assert page.ask("document.activeElement.id") == "tab-price"
    assert "output" in page.text("#panel")


def test_each_tab_answers(page: Page) -> None:
    page.begin("exclusion")
    for tab, said in (
        ("price", "$0.16"),
        ("table", "Model pricing on"),
        ("stacking", "excluded"),
        ("claims", "all proven"),
        ("changes", "0 changes"),
    ):
        page.tab(tab)
        assert said.lower() in page.text("#panel").lower()
    page.begin("contract", "changes")
    assert "1 change to the bundled book `anthropic`" in page.text("#panel")
    page.tab("price")
    assert page.text("#panel .place:enabled").startswith("acme.price:")
    assert page.text("#panel .place:disabled").startswith("anthropic/rates.price:")


def test_a_link_brings_the_text_the_tab_and_the_request_back(page: Page) -> None:
    page.begin("small", "claims")
    page.type_at("# What Shop charges", " today")
    page.until("document.querySelector('.cm-content').innerText.includes('charges today')")
    page.until("document.body.dataset.link === 'kept'")
    link = str(page.ask("location.href"))
    assert len(link) < 2_000
    page.browser.open("about:blank")
    page.browser.open(link)
    page.until(page.quiet())
    assert "# What Shop charges today" in page.text(".cm-content")
    assert page.ask("document.querySelector('[aria-selected=true]').dataset.tab") == "claims"
    assert page.ask("document.getElementById('example').value") == "small"


def test_a_link_that_cannot_be_read_begins_anew(page: Page) -> None:
    page.browser.open("about:blank")
    page.browser.open(page.address + "#nonsense")
    page.until(page.quiet())
    assert page.ask("document.getElementById('example').value") == "small"
    said = "the link cannot be read; this is the first example"
    page.until(page.quieter())
    assert page.text("#status") == said
    page.type_at("# What Shop charges", " today")
    assert page.text("#status") == "no faults"


def test_another_link_in_the_same_tab_is_followed(page: Page) -> None:
    page.begin("exclusion")
    page.until("document.body.dataset.link === 'kept'")
    link = page.ask("location.href")
    page.choose("example", "small")
    page.ask(f"location.href = {json.dumps(link)}")
    page.until("document.getElementById('example').value === 'exclusion'")


def test_a_reload_loses_no_letter(page: Page) -> None:
    page.begin("small")
    page.until(CURSOR + "('# What Shop charges')")
    page.browser.call("Input.insertText", text=" at once")
    page.browser.open("about:blank")
    page.browser.call("Page.navigateToHistoryEntry", entryId=_entry_before(page))
    page.until(page.quiet())
    assert "# What Shop charges at once" in page.rules()


def _entry_before(page: Page) -> int:
    found = page.browser.call("Page.getNavigationHistory")
    return int(found["entries"][found["currentIndex"] - 1]["id"])


def test_what_was_written_stays_while_another_example_is_looked_at(page: Page) -> None:
    page.begin("small")
    assert page.ask("document.getElementById('again').hidden") is True
    page.type_at("# What Shop charges", " today")
    page.choose("example", "exclusion")
    page.choose("example", "small")
    assert "# What Shop charges today" in page.rules()
    page.click("#again")
    assert "charges today" not in page.rules()
    page.ask("document.querySelector('.cm-content').focus()")
    page.press("z", control=True)
    page.until(page.quiet())
    assert "# What Shop charges today" in page.rules()
    page.press("z", control=True)
    page.until("!document.querySelector('.cm-content').innerText.includes('today')")


def test_an_example_that_fails_is_seen_beside_its_line_and_below(page: Page) -> None:
    page.begin("small", "guide")
    page.until(page.quieter())
    assert page.text("#status") == "no faults, all checks hold"
    assert page.text(".check") == "✓ costs $2.25"
    page.type_at("  costs $2.25", "1")
    page.until(page.quieter())
    assert page.text("#status") == "1 example fails"
    assert page.text(".check.wrong") == "✗ costs $2.25, expected costs $2.251"
    assert "this example costs $2.25, expected costs $2.251" in page.text("#faults")


def test_the_next_line_begins_where_it_belongs(page: Page) -> None:
    page.begin("small", "guide")
    page.type_at("claim input costs less than output", "")
    page.type('\n\nmultiplier big "Big"\nx 2 on tokens\n\nexclude big with batch because "no"')
    text = '\n\nmultiplier big "Big"\n  x 2 on tokens\n\nexclude big with batch because "no"'
    assert text in page.rules()


def test_what_may_stand_next_is_proposed_and_enter_stays_a_new_line(page: Page) -> None:
    page.begin("small", "guide")
    page.type_at("claim input costs less than output", "")
    page.type("\nexc")
    page.until("document.querySelector('.cm-tooltip-autocomplete')?.innerText === 'exclude'")
    time.sleep(0.1)  # a list that has just opened hears no key, so that none picks what nobody saw
    page.press("ArrowDown")
    page.press("Enter")
    assert "\nexclude" in page.rules()
    page.type(" ba")
    page.until("document.querySelector('.cm-tooltip-autocomplete') !== null")
    page.press("Enter")
    assert "exclude ba\n" in page.rules()


def test_the_keyboard_leaves_the_editor(page: Page) -> None:
    page.begin("small", "guide")
    page.ask("document.querySelector('.cm-content').focus()")
    page.press("Escape")
    page.press("Tab")
    assert page.ask("document.activeElement.id") == "faults"
    page.ask("document.getElementById('tab-guide').focus()")
    page.press("ArrowRight")
    assert page.ask("document.activeElement.id") == "tab-price"
    page.press("End")
    assert page.ask("document.activeElement.id") == "tab-changes"
    page.until("document.querySelector('[aria-selected=true]').id === 'tab-changes'")
    assert page.ask("document.querySelectorAll('[role=tab][tabindex=\"0\"]').length") == 1


def test_a_new_user_writes_a_book_from_the_guide(page: Page) -> None:
    page.begin("small", "guide")
    page.rewrite("book shop", 'book acme "Acme" in USD')
    page.rewrite("meter input", "meter input, output, cache_read in tokens")
    page.rewrite("model-1 | 2026-11", "  | nano | 2026-01-01 |\n| mega | 2026-06-01 |")
    page.rewrite("| from", "  | model | from | input | output | cache_read |")
    rows = "  | nano | 2026-01-01 | 1 | 5 | 0.10 |\n| mega | 2026-06-01 | 4 | 20 | 0.40 |"
    page.rewrite("| $3", rows)
    page.rewrite("given model-1", "  given nano at 2026-11-29, service_tier batch")
    assert page.text("#faults .fix") == "Mend these 6"
    page.click("#faults .fix")
    page.rewrite("  costs $2.25", "  costs $0.75")
    for number in range(page.ask("document.querySelectorAll('#guide .put').length")):
        page.click("#guide .put", number)
    page.tab("price")
    for name, value in (("model", "mega"), ("is speed", "fast"), ("use input", "10k")):
        page.fill(name, value)
    page.fill("is service_tier", "standard")
    page.click("#panel .put")
    page.fill("is service_tier", "batch")
    assert "fast mode is not offered in a batch" in page.text("#panel")
    page.click("#panel .put")
    page.click("#tidy")
    page.until(page.quieter())
    assert page.text("#status") == "no faults, all checks hold"
    text = page.rules()
    assert "  | mega  | 2026-06-01 | $4    | $20    | $0.40      |" in text
    assert "refused by fast with batch" in text
    page.tab("claims")
    assert "4 claims, all proven; 3 examples, 0 failed" in page.text("#panel")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_complains_of_nothing_and_fetches_nothing_from_elsewhere(
    page: Page, width: int, dark: bool
) -> None:
    page.begin("exclusion")
    page.browser.show(width, dark)
    for view in ("rules", "answers"):
        page.ask(f"document.querySelector('button[data-view={view}]').click()")
        assert page.ask("document.documentElement.scrollWidth") <= width
    faults = [fault for fault in page.browser.faults() if not fault.startswith(page.address)]
    assert faults == []


def test_the_folder_is_the_same_when_it_is_written_again(tmp_path: Path, address: str) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_playground(one)
    write_playground(two)
    files = [path.relative_to(one) for path in sorted(one.rglob("*")) if path.is_file()]
    assert files
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)
