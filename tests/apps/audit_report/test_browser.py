"""The report in a real browser: no error and no request,
at desktop and phone width, light and dark.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

import pricelang
from pricelang.apps.audit_report.html import render_report
from pricelang.apps.audit_report.report import texts_of
from tests.browser import Browser, running_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser("the report") as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "out.html"
    html = render_report(
        pricelang.load().checked, "2026-11-22", "2026-04-17", texts_of("anthropic")
    )
    path.write_text(html, encoding="utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 375])
def test_the_report_loads_without_an_error_and_without_a_request(
    browser: Browser, report: Path, width: int, dark: bool
) -> None:
    browser.show(width, dark)
    browser.open(report)
    assert browser.ask("document.querySelectorAll('table').length") > 10
    assert browser.faults() == []
    # the style is applied, and is that of the scheme
    ink = browser.ask("getComputedStyle(document.body).color")
    assert ink == ("rgb(230, 232, 235)" if dark else "rgb(28, 30, 33)")
    # what is too wide scrolls in its own box, never the page
    assert (
        browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        == 0
    )
    assert browser.ask("innerWidth") == width
    assert browser.ask(
        "[...document.querySelectorAll('svg')].every(x => x.getBoundingClientRect().height > 100)"
    )


def test_the_name_of_a_model_stays_in_sight_while_its_prices_scroll(
    browser: Browser, report: Path
) -> None:
    browser.show(375, False)
    browser.open(report)
    browser.ask("document.querySelector('.scroll').scrollLeft = 150")
    first = "document.querySelector('.scroll tbody th').getBoundingClientRect()"
    assert browser.ask("document.querySelector('.scroll').scrollLeft") == 150
    assert 0 <= browser.ask(f"{first}.left") < 30
    on_top = (
        f"document.elementFromPoint({first}.left + 15, {first}.top + 15).closest('th, td').tagName"
    )
    assert browser.ask(f"document.querySelector('.scroll').scrollIntoView(); {on_top}") == "TH"


def test_on_a_phone_names_are_whole_and_wide_tables_show_that_they_go_on(
    browser: Browser, report: Path
) -> None:
    browser.show(390, False)
    browser.open(report)
    broken = browser.ask(
        "[...document.querySelectorAll('tbody th.short a, tbody th.short span:not(.tag)')]"
        ".filter(x => x.getClientRects().length > 1).map(x => x.textContent)"
    )
    assert broken == []
    names = "[...document.querySelectorAll('.name')].filter(x => x.offsetParent)"
    assert browser.ask(f"{names}.length") > 100
    cut = f"{names}.filter(x => x.getClientRects().length > 1).map(x => x.textContent)"
    assert browser.ask(cut) == []
    # the first column leaves room for the figures that scroll beside it
    heads = "[...document.querySelectorAll('.scroll > table > tbody th')]"
    widths = f"{heads}.map(x => x.getBoundingClientRect().width)"
    assert browser.ask(f"Math.max(...{widths})") < 0.7 * 390
    assert browser.ask(f"{heads}.every(x => getComputedStyle(x).position === 'sticky')")
    wide = "[...document.querySelectorAll('.scroll')].filter(x => x.scrollWidth > x.clientWidth)"
    assert browser.ask(f"{wide}.length") > 3
    shades = f"{wide}.every(x => getComputedStyle(x).backgroundAttachment.includes('local'))"
    assert browser.ask(shades)


@pytest.mark.parametrize(
    "source", ["anthropic", str(Path(__file__).parents[2] / "specimens" / "extras.price")]
)
def test_no_label_of_a_chart_leaves_its_frame_or_lies_on_another(
    browser: Browser, tmp_path: Path, source: str
) -> None:
    path = tmp_path / "charts.html"
    path.write_text(
        render_report(pricelang.load(source).audit, "2026-11-22", "2026-04-17"), encoding="utf-8"
    )
    browser.show(1280, False)
    browser.open(path)
    boxes = browser.ask(
        "[...document.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('text')].map(text => {"
        "const box = text.getBBox();"
        "return [box.x, box.y, box.x + box.width, box.y + box.height, svg.viewBox.baseVal.width]}))"
    )
    assert boxes
    for chart in boxes:
        assert len(chart) >= 4
        assert all(left >= 0 and right <= width for left, _, right, _, width in chart)
        for (left, top, right, bottom, _), (x, y, far, low, _) in itertools.combinations(chart, 2):
            assert right <= x or far <= left or bottom <= y + 3 or low <= top + 3


def test_a_number_leads_to_its_rule(browser: Browser, report: Path) -> None:
    browser.show(1280, False)
    browser.open(report)
    browser.ask(
        "[...document.querySelectorAll('table a.rule')].find(x => x.textContent === '$6.25').click()"
    )
    anchor = browser.ask("decodeURIComponent(location.hash.slice(1))")
    assert anchor.startswith("anthropic/rates.price:")
    assert "$6.25" in browser.ask("document.querySelector(':target').textContent")
    top = browser.ask("document.querySelector(':target').getBoundingClientRect().top")
    assert 0 <= top < 800


def test_the_browser_would_notice(browser: Browser, tmp_path: Path) -> None:
    """An error on the console and a request for another file are faults,
    or the tests above prove nothing.
    """
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><img src=gone.png><script>console.error('x')</script>", encoding="utf-8"
    )
    browser.open(path)
    faults = " ".join(browser.faults())
    assert "gone.png" in faults
    assert '"error"' in faults
