"""A report as one HTML page that opens offline:
no script, nothing fetched, numbers lead to their rules.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pricelang.apps.audit_report.charts import payback_chart, timeline
from pricelang.apps.audit_report.html_links import RuleLinks
from pricelang.apps.audit_report.html_sections import (
    answered,
    claims,
    extremes,
    sources,
    stacking,
    unused_rules,
)
from pricelang.apps.audit_report.report import AuditReport, report_of
from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.present.decimals import grouped
from pricelang.present.html_tables import html_table
from pricelang.present.markup import Html, element, join, words
from pricelang.present.table import Table
from pricelang.verify.audit import Audit


def render_report(
    book: Audit | m.Book, at: str, since: str | None = None, texts: Mapping[str, str] | None = None
) -> str:
    """The report on a book (or its `Audit`) as the text of an HTML file.

    Prices are those of the day or instant `at`; differences are shown since the day `since`.
    `texts` are the rule files by name (`texts_of` reads them). They are appended, and what they
    say is linked to their lines: without them, the page has no links to rules. The same book and
    days give the same text.

    Raises `BadRequest` (`bad_date`).
    """
    return page_of(report_of(book, at, since), texts or {})


def page_of(report: AuditReport, texts: Mapping[str, str]) -> str:
    """The HTML text of a report, with the rule files that its places name."""
    links = RuleLinks({name: text.split("\n") for name, text in texts.items()})
    sections = [found for found in _sections(report, links) if found[2]]
    contents = [
        element("li", element("a", title, href=f"#{anchor}")) for anchor, title, _ in sections
    ]
    bodies = (
        element("section", element("h2", title, id=anchor), body)
        for anchor, title, body in sections
    )
    body = join(
        _header(report),
        element("nav", element("ul", *contents), aria_label="Contents"),
        element("main", *bodies),
    )
    head = _head(f"{report.title or report.name} on {written(report.at)}")
    page = element("html", element("head", head), element("body", body), lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(title: str) -> Html:
    """The head of the page, whose policy allows its own style and nothing from elsewhere."""
    style = Path(__file__).with_name("templates").joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return join(
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", title),
        Html(f"<style>{style}</style>"),
    )


def _header(report: AuditReport) -> Html:
    held = sum(verdict.holds for verdict in report.verdicts)
    undecided = sum(verdict.undecided for verdict in report.verdicts)
    broken = len(report.verdicts) - held
    total = len(report.verdicts)
    failed = [
        f"{number} of {total} {word}"
        for number, word in ((broken - undecided, "broken"), (undecided, "undecided"))
        if number
    ]
    said = ", ".join(failed) if failed else f"all {held} hold" if held else "none"
    order = "" if report.order.observable else "perhaps " if report.order.undecided else "never "
    facts = [
        ("Models", grouped(len(report.lanes)), ""),
        ("Claims", said, "bad" if broken else "good" if held else ""),
        ("Modifiers", f"{len(report.reaches)}, order {order}matters", ""),
        ("Rules without effect", str(len(report.dead)), "bad" if report.dead else "good"),
    ]
    since = f", differences since {written(report.since)}" if report.since is not None else ""
    days = f"Prices on {written(report.at)}{since}. Days begin at 00:00 UTC."
    return element(
        "header",
        element("h1", report.title or report.name),
        element(
            "p", "Book ", element("code", report.name), f", amounts in {report.currency}. {days}"
        ),
        element("p", words(f"Against the list: {report.verdict}."), class_="verdict")
        if report.verdict
        else "",
        element("dl", *(_fact(*fact) for fact in facts)),
    )


def _fact(name: str, value: str, tone: str) -> Html:
    return element("div", element("dt", name), element("dd", value, class_=tone))


def _sections(report: AuditReport, links: RuleLinks) -> Iterator[tuple[str, str, Html]]:
    """Anchor, heading and body of each section; a body is empty where there is nothing to say."""

    def tables(*found: Table) -> Html:
        return join(*(html_table(table, links.cell) for table in found))

    beside = (
        join(answered(report.contract), tables(*report.beside_list))
        if report.contract
        else Html("")
    )
    yield "contract", "Against the list", beside
    yield "prices", "Prices", tables(*report.prices)
    if report.since is not None:
        changed = tables(*report.differences) or element("p", "Nothing changed.")
        yield "differences", f"Differences since {written(report.since)}", changed
    yield "claims", "Claims", claims(report.verdicts, links)
    yield "stacking", "Stacking", stacking(report, links)
    yield "extremes", "Highest and lowest multipliers", extremes(report, links)
    yield "tiers", "Tiers by usage", answered(report.tiers)
    paid = join(payback_chart(report.paybacks), tables(*report.break_even))
    yield "break-even", "Break-even", paid
    drawn = timeline(report.lanes, report.at, report.since)
    yield "time", "Timeline", join(drawn, tables(report.changes, report.periods))
    yield "dead", "Rules without effect", unused_rules(report, links)
    yield "sources", "Sources", sources(report, links)
    yield "rules", "Rules", links.listing()


__all__ = ["page_of", "render_report"]
