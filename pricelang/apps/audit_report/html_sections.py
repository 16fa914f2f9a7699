"""The sections of a report as HTML: claims, how modifiers meet and how far they go, unused rules
and sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import evolve

from pricelang.apps.audit_report.html_links import RuleLinks
from pricelang.apps.audit_report.multiplier_words import times
from pricelang.apps.audit_report.report import AuditReport
from pricelang.apps.audit_report.section_claims import verdict_word
from pricelang.apps.audit_report.section_stacking import MEETINGS, never_together
from pricelang.apps.audit_report.stacking_matrix import matrix_table
from pricelang.apps.audit_report.time import period_words
from pricelang.model.instants import written
from pricelang.present.decimals import money
from pricelang.present.html_tables import MarkupCell, breadth, html_table
from pricelang.present.markup import Html, element, join, whole_names, words
from pricelang.present.table import NotedCell, Table
from pricelang.verify.claims import Verdict
from pricelang.verify.stacking import Applicability, Meeting
from pricelang.verify.witness import Witness

_WEB = re.compile(r"https?://", re.IGNORECASE)


def _note(text: str) -> Html:
    return element("p", text, class_="note")


def _record(witness: Witness | None) -> Html:
    """A request as a record to paste."""
    if witness is None:
        return Html("")
    return element("pre", element("code", str(witness)), tabindex="0")


# ---- claims and contracts ------------------------------------------------------------------------


def claims(verdicts: tuple[Verdict, ...], links: RuleLinks) -> Html:
    """The broken claims at length, then all of them."""
    if not verdicts:
        return Html("")
    broken = [_broken(verdict, links) for verdict in verdicts if not verdict.holds]
    rows = tuple(
        (
            MarkupCell(_claim(verdict, links)),
            MarkupCell(verdict_word(verdict), "good" if verdict.holds else "bad"),
        )
        for verdict in verdicts
    )
    note = _note("Each claim is decided over every request that the book admits, not sampled.")
    table = Table(("Claim", "Verdict"), rows, title="All claims")
    return join(*broken, note, html_table(table, links.cell))


def _broken(verdict: Verdict, links: RuleLinks) -> Html:
    word = element("span", verdict_word(verdict), class_="bad")
    return element(
        "article",
        element("h3", word, " ", _claim(verdict, links)),
        element("p", words(verdict.why)),
        _record(verdict.witness),
        class_="broken",
    )


def _claim(verdict: Verdict, links: RuleLinks) -> Html:
    return links.to(verdict.claim.origin.place, element("code", whole_names(verdict.claim.text)))


def answered(found: Iterable[tuple[str, Witness | None]]) -> Html:
    """Answers in sentences, each with a request that shows it."""
    return join(*(join(element("p", words(text)), _record(request)) for text, request in found))


# ---- how modifiers meet --------------------------------------------------------------------------


def stacking(report: AuditReport, links: RuleLinks) -> Html:
    """A matrix of modifiers, whether order matters, each pair, and where each modifier applies."""
    if not report.reaches:
        return Html("")
    where = Table(
        ("Modifier", "Days", "Values", "Models"),
        tuple(_reach(reach, report, links) for reach in report.reaches),
        title="Where each modifier can apply",
    )
    return join(
        _matrix(report, links),
        _order(report),
        _pairs(report, links),
        _together(report, links),
        html_table(where, links.cell),
    )


def _matrix(report: AuditReport, links: RuleLinks) -> Html:
    names = [reach.name for reach in report.reaches]
    if len(names) < 2:
        return Html("")
    return html_table(matrix_table(names, report.meetings, True), links.cell, kind="matrix")


def _pairs(report: AuditReport, links: RuleLinks) -> Html:
    if not report.meetings:
        return Html("")
    table = Table(
        ("Pair", "How they meet", "Whose rule", "A request that asks for both"),
        tuple(_meeting(meeting, links) for meeting in report.meetings),
        title="Each pair",
    )
    ids = [f"pair-{meeting.left}-{meeting.right}" for meeting in report.meetings]
    return html_table(table, links.cell, ids=ids)


def _meeting(meeting: Meeting, links: RuleLinks) -> tuple[str, ...]:
    rule = Html("")
    if meeting.location:
        rule = links.to(meeting.location, meeting.rule or meeting.location)
    between = ": " if meeting.why and rule else ""
    return (
        MarkupCell(f"{meeting.left} with {meeting.right}"),
        MarkupCell(MEETINGS[meeting.kind], f"meet {meeting.kind}"),
        MarkupCell(join(rule, between, whole_names(meeting.why)), breadth(meeting.why)),
        _folded(meeting.witness),
    )


def _folded(request: Witness | None) -> Html:
    """A request as a record that opens on demand."""
    if request is None:
        return Html("none")
    return element("details", element("summary", request.model), _record(request))


def _together(report: AuditReport, links: RuleLinks) -> Html:
    """The sets of three and more modifiers that can have effect at once."""
    rows = tuple(
        (
            MarkupCell(", ".join(x.modifiers)),
            MarkupCell(f"{times(x.multiplier)} on {x.meter}" if x.meter else ""),
            _folded(x.witness),
        )
        for x in report.together.sets
    )
    never = (_note(f"{sentence}.") for sentence in never_together(report.together))
    title = "Three and more at once"
    table = Table(("Modifiers", "Together", "Such a request"), rows, title=title)
    return join(html_table(table, links.cell) if rows else Html(""), *never)


def extremes(report: AuditReport, links: RuleLinks) -> Html:
    """The highest and the lowest multiplier of each model, and of derived meters."""
    return join(*(_with_requests(*found, links) for found in report.extremes))


def _with_requests(table: Table, requests: tuple[Witness | None, ...], links: RuleLinks) -> Html:
    """A table whose last column has the request that shows each row."""
    headers = tuple(name.capitalize() for name in (*table.headers, "such a request"))
    rows = (
        (*(MarkupCell(cell, breadth(cell)) for cell in row), _folded(request))
        for row, request in zip(table.rows, requests, strict=True)
    )
    return html_table(evolve(table, headers=headers, rows=tuple(rows)), links.cell)


def _order(report: AuditReport) -> Html:
    undecided = [
        _note(
            f"Whether the order of the stack moves the price of {meter} is undecided: too many "
            "combinations."
        )
        for meter in report.order.undecided
    ]
    if not report.order.observable:
        still = _note("The order of the stack moves no amount of any request.")
        return join(*(undecided or [still]))
    seen = [
        element(
            "li",
            f"one of {x.meter} costs from {money(x.low, report.currency)} to "
            f"{money(x.high, report.currency)}, by the order of {', '.join(x.members)}: a spread "
            f"of {'' if x.exact else 'at least '}{money(x.spread, report.currency)}",
            _record(x.witness),
        )
        for x in report.order.observable
    ]
    said = element("p", "The order of the stack can be seen:")
    return join(said, element("ul", *seen), *undecided)


def _reach(reach: Applicability, report: AuditReport, links: RuleLinks) -> tuple[str, ...]:
    days = [element("div", period_words(*period), class_="short") for period in reach.periods]
    values = [element("div", f"{name} {' or '.join(found)}") for name, found in reach.values]
    values += [element("div", f"any {', '.join(reach.any)}", class_="quiet")] if reach.any else []
    models = MarkupCell(reach.models[0] if reach.models else "none")
    if len(reach.models) > 1:
        summary = element("summary", f"{len(reach.models)} of {len(report.lanes)} models")
        models = MarkupCell(element("details", summary, whole_names(", ".join(reach.models))))
    name = join(
        links.to(report.modifier_places[reach.name], reach.name),
        element("div", reach.title, class_="quiet"),
    )
    return name, MarkupCell(join(*days) if days else "never"), join(*values), models


# ---- unused rules and sources --------------------------------------------------------------------


def unused_rules(report: AuditReport, links: RuleLinks) -> Html:
    """The rules that decide nothing, and the days without a price."""
    if not report.dead:
        return element(
            "p", "Every rule decides for some request, and no day is left without a price."
        )
    rows = tuple((NotedCell(x.location, x.location), x.kind, x.text) for x in report.dead)
    title = "Rules that decide nothing, and gaps"
    return html_table(Table(("Rule", "Kind", "Why"), rows, title=title), links.cell)


def sources(report: AuditReport, links: RuleLinks) -> Html:
    """Where the figures of the book come from."""
    if not report.sources:
        return Html("")
    rows = []
    for source in report.sources:
        address = MarkupCell(source.address)
        if _WEB.match(source.address) is not None:
            link = element("a", source.address, href=source.address, rel="noreferrer")
            address = MarkupCell(link)
        rows.append((MarkupCell(source.name), address, written(source.read)))
    title = "Where the figures come from"
    return html_table(Table(("Source", "Address", "Read"), tuple(rows), title=title), links.cell)
