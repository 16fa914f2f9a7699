"""A report as one HTML page that opens offline:
no script, nothing fetched, numbers lead to their rules.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from attrs import define, field

from pricelang.apps.audit_report.charts import payback_chart, timeline
from pricelang.apps.audit_report.report import AuditReport, report_of
from pricelang.model import book as m
from pricelang.model.instants import written
from pricelang.present.decimals import grouped, money
from pricelang.present.markup import Html, element, join
from pricelang.present.table import NotedCell, Table
from pricelang.verify.audit import Audit
from pricelang.verify.claims import Verdict
from pricelang.verify.stacking import Applicability, Meeting
from pricelang.verify.witness import Witness

KINDS = {
    "multiply": "multiply",
    "order": "order matters",
    "exclude": "excluded",
    "no_effect": "no effect",
    "refuse": "refused",
    "never": "never meet",
    "undecided": "undecided",
}
"""How two modifiers meet, in words for a cell."""

_WEB = re.compile(r"https?://", re.IGNORECASE)


def render_report(
    book: Audit | m.Book, at: str, since: str | None = None, texts: Mapping[str, str] | None = None
) -> str:
    """The report on a book (or its `Audit`) as the text of an HTML file.

    Prices are those of the day or instant `at`; differences are told since the day `since`. `texts`
    are the rule files by name (`texts_of` reads them). They are appended, and what they say is
    linked to their lines: without them, the page has no links to rules. The same book and days give
    the same text.

    Raises `BadRequest` (`bad_date`).
    """
    return page_of(report_of(book, at, since), texts or {})


def page_of(report: AuditReport, texts: Mapping[str, str]) -> str:
    """The HTML text of a report, with the rule files that its places name."""
    links = _Links({name: text.split("\n") for name, text in texts.items()})
    sections = [(anchor, title, body) for anchor, title, body in _sections(report, links) if body]
    style = Path(__file__).with_name("templates").joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    head = join(
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", f"{report.title or report.name} on {written(report.at)}"),
        Html(f"<style>{style}</style>"),
    )
    contents = [
        element("li", element("a", title, href=f"#{anchor}")) for anchor, title, _ in sections
    ]
    body = join(
        _header(report),
        element("nav", element("ul", *contents), aria_label="Contents"),
        element(
            "main",
            *(
                element("section", element("h2", title, id=anchor), body)
                for anchor, title, body in sections
            ),
        ),
    )
    return (
        "<!doctype html>\n"
        + element("html", element("head", head), element("body", body), lang="en")
        + "\n"
    )


def _header(report: AuditReport) -> Html:
    held = sum(verdict.holds for verdict in report.verdicts)
    undecided = sum(verdict.undecided for verdict in report.verdicts)
    broken = len(report.verdicts) - held
    total = len(report.verdicts)
    told = [
        f"{number} of {total} {word}"
        for number, word in ((broken - undecided, "broken"), (undecided, "undecided"))
        if number
    ]
    claims = ", ".join(told) if told else f"all {held} hold" if held else "none"
    order = "" if report.order.observable else "perhaps " if report.order.undecided else "never "
    facts = [
        ("Models", grouped(len(report.lanes)), ""),
        ("Claims", claims, "bad" if broken else "good"),
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
        element("dl", *(_fact(*fact) for fact in facts)),
    )


def _fact(name: str, value: str, tone: str) -> Html:
    return element("div", element("dt", name), element("dd", value, class_=tone))


def _sections(report: AuditReport, links: _Links) -> Iterable[tuple[str, str, Html]]:
    """Anchor, heading and body of each section; a body is empty where there is nothing to say."""
    yield "prices", "Prices", join(*(_sheet(sheet, links) for sheet in report.prices))
    if report.since is not None:
        yield (
            "differences",
            f"Differences since {written(report.since)}",
            _differences(report.differences, links),
        )
    yield "claims", "Claims", _claims(report.verdicts, links)
    yield "contract", "Against the book below", _contract(report)
    yield "stacking", "Stacking", _stacking(report, links)
    sheets = join(*(_sheet(sheet, links) for sheet in report.break_even))
    yield "break-even", "Break-even", join(payback_chart(report.paybacks), sheets)
    history = (_sheet(sheet, links) for sheet in (report.changes, report.periods))
    yield "time", "Timeline", join(timeline(report.lanes, report.at, report.since), *history)
    yield "dead", "Rules without effect", _dead(report, links)
    yield "sources", "Sources", _sources(report)
    yield "rules", "Rules", links.listing()


# ---- sections ------------------------------------------------------------------------------------


def _differences(sheets: tuple[Table, ...], links: _Links) -> Html:
    return (
        join(*(_sheet(sheet, links) for sheet in sheets))
        if sheets
        else element("p", "Nothing changed.")
    )


def _claims(verdicts: tuple[Verdict, ...], links: _Links) -> Html:
    """The broken claims at length, then all of them."""
    if not verdicts:
        return Html("")
    broken = [
        element(
            "article",
            element(
                "h3",
                element("span", "undecided" if x.undecided else "broken", class_="bad"),
                " ",
                _claim(x, links),
            ),
            element("p", _words(x.why)),
            _record(x.witness),
            class_="broken",
        )
        for x in verdicts
        if not x.holds
    ]
    rows = [
        element(
            "tr",
            element("th", _claim(x, links), scope="row"),
            element(
                "td",
                "holds" if x.holds else "undecided" if x.undecided else "broken",
                class_="good" if x.holds else "bad",
            ),
        )
        for x in verdicts
    ]
    note = element(
        "p",
        "Each claim is decided over every request that the book admits, not sampled.",
        class_="note",
    )
    return join(*broken, note, _table("All claims", ("Claim", "Verdict"), rows))


def _contract(report: AuditReport) -> Html:
    return join(
        *(join(element("p", _words(text)), _record(request)) for text, request in report.contract)
    )


def _claim(verdict: Verdict, links: _Links) -> Html:
    return links.to(verdict.claim.origin.place, element("code", verdict.claim.text))


def _record(witness: Witness | None) -> Html:
    """A request as a record to paste."""
    return (
        element("pre", element("code", str(witness)), tabindex="0")
        if witness is not None
        else Html("")
    )


def _stacking(report: AuditReport, links: _Links) -> Html:
    if not report.reaches:
        return Html("")
    names = [reach.name for reach in report.reaches]
    pairs = {(x.left, x.right): x for x in report.meetings}
    rows = []
    for row, name in enumerate(names[:-1]):
        cells = [element("td", class_="none") for _ in names[1 : row + 1]]
        for other in names[row + 1 :]:
            kind = pairs[name, other].kind
            cells.append(
                element(
                    "td",
                    element("a", KINDS[kind], href=f"#pair-{name}-{other}"),
                    class_=f"meet {kind}",
                )
            )
        rows.append(element("tr", element("th", name, scope="row"), *cells))
    matrix = (
        _table("How modifiers meet", ("", *names[1:]), rows, kind="matrix")
        if len(names) > 1
        else Html("")
    )
    told = [_meeting(meeting, links) for meeting in report.meetings]
    listed = (
        _table(
            "Each pair",
            ("Pair", "How they meet", "Whose rule", "A request that asks for both"),
            told,
        )
        if told
        else Html("")
    )
    reached = [_reach(reach, report, links) for reach in report.reaches]
    where = _table(
        "Where each modifier can apply", ("Modifier", "Days", "Values", "Models"), reached
    )
    return join(matrix, _order(report), listed, where)


def _meeting(meeting: Meeting, links: _Links) -> Html:
    rule = (
        links.to(meeting.location, meeting.rule or meeting.location)
        if meeting.location
        else Html("")
    )
    record = (
        element("details", element("summary", meeting.witness.model), _record(meeting.witness))
        if meeting.witness
        else "none"
    )
    return element(
        "tr",
        element("th", f"{meeting.left} with {meeting.right}", scope="row"),
        element("td", KINDS[meeting.kind], class_=f"meet {meeting.kind}"),
        element(
            "td",
            rule,
            ": " if meeting.why and rule else "",
            meeting.why,
            class_=_breadth(meeting.why),
        ),
        element("td", record),
        id=f"pair-{meeting.left}-{meeting.right}",
    )


def _order(report: AuditReport) -> Html:
    undecided = [
        f"Whether the order of the stack moves the price of {meter} is undecided: too many "
        "combinations."
        for meter in report.order.undecided
    ]
    open_ones = join(*(element("p", text, class_="note") for text in undecided))
    if not report.order.observable:
        return (
            open_ones
            if undecided
            else element(
                "p", "The order of the stack moves no amount of any request.", class_="note"
            )
        )
    told = [
        element(
            "li",
            f"one of {x.meter} costs from {money(x.low, report.currency)} to "
            f"{money(x.high, report.currency)}, "
            f"by the order of {', '.join(x.members)}: a spread of "
            f"{'' if x.exact else 'at least '}{money(x.spread, report.currency)}",
            _record(x.witness),
        )
        for x in report.order.observable
    ]
    return join(
        element("p", "The order of the stack can be seen:"), element("ul", *told), open_ones
    )


def _reach(reach: Applicability, report: AuditReport, links: _Links) -> Html:
    days = [
        element(
            "div", f"from {start}" + (f" before {end}" if end is not None else ""), class_="short"
        )
        for start, end in reach.periods
    ]
    values = [element("div", f"{name} {' or '.join(found)}") for name, found in reach.values]
    values += [element("div", f"any {', '.join(reach.any)}", class_="quiet")] if reach.any else []
    models: Html | str = reach.models[0] if len(reach.models) == 1 else "none"
    if len(reach.models) > 1:
        models = element(
            "details",
            element("summary", f"{len(reach.models)} of {len(report.lanes)} models"),
            ", ".join(reach.models),
        )
    name = join(
        links.to(report.modifier_places[reach.name], reach.name),
        element("div", reach.title, class_="quiet"),
    )
    return element(
        "tr",
        element("th", name, scope="row"),
        element("td", *days) if days else element("td", "never"),
        element("td", *values),
        element("td", models),
    )


def _dead(report: AuditReport, links: _Links) -> Html:
    if not report.dead:
        return element(
            "p", "Every rule decides for some request, and no day is left without a price."
        )
    rows = [
        element(
            "tr",
            element("th", links.to(x.location, x.location), scope="row"),
            element("td", x.kind),
            element("td", _words(x.text)),
        )
        for x in report.dead
    ]
    return _table("Rules that decide nothing, and gaps", ("Rule", "Kind", "Why"), rows)


def _sources(report: AuditReport) -> Html:
    if not report.sources:
        return Html("")
    rows = []
    for source in report.sources:
        web = _WEB.match(source.address) is not None
        address = (
            element("a", source.address, href=source.address, rel="noreferrer")
            if web
            else source.address
        )
        rows.append(
            element(
                "tr",
                element("th", source.name, scope="row"),
                element("td", address),
                element("td", written(source.read)),
            )
        )
    return _table("Where the figures come from", ("Source", "Address", "Read"), rows)


# ---- tables --------------------------------------------------------------------------------------


def _table(
    title: str,
    columns: Iterable[str],
    rows: Iterable[Html],
    note: str = "",
    numbers: Iterable[int] = (),
    kind: str = "",
) -> Html:
    """A table in a box of its own that scrolls; its first column heads the rows."""
    right = set(numbers)
    heads = [
        element("th", name, scope="col", class_="n" if at in right else "")
        if name
        else element("td")
        for at, name in enumerate(columns)
    ]
    anchor = "t-" + hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    head = join(
        element("h3", title, id=anchor), element("p", note, class_="note") if note else Html("")
    )
    table = element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        class_=kind,
        aria_labelledby=anchor,
    )
    return join(
        head,
        element("div", table, class_="scroll", tabindex="0", role="region", aria_labelledby=anchor),
    )


def _sheet(sheet: Table, links: _Links) -> Html:
    """A sheet as a table; what is doubtful in it stands in numbered notes below."""
    doubts: dict[str, int] = {}
    rows = []
    for row in sheet.rows:
        cells = []
        for at, cell in enumerate(map(NotedCell.of, row)):
            mark = (
                element("sup", str(doubts.setdefault(cell.doubt, len(doubts) + 1)))
                if cell.doubt
                else Html("")
            )
            shown = links.cell(cell)
            if at == 0:
                cells.append(
                    element(
                        "th",
                        shown,
                        element("span", f" {cell.note}", class_="tag") if cell.note else "",
                        mark,
                        scope="row",
                        class_="short" if len(cell) < 40 else "",
                    )
                )
            else:
                cells.append(
                    element(
                        "td",
                        shown,
                        mark,
                        class_="n" if at in sheet.numbers else _breadth(cell),
                    )
                )
        rows.append(element("tr", *cells))
    table = _table(sheet.title, sheet.headers, rows, sheet.note, sheet.numbers)
    if sheet.folded:
        table = element("details", element("summary", f"{sheet.title} ({len(rows)})"), table)
    notes = (
        element("ol", *(element("li", f"unsure: {doubt}") for doubt in doubts), class_="doubts")
        if doubts
        else Html("")
    )
    return join(table, notes)


def _breadth(text: str) -> str:
    """How much room a cell of a text needs."""
    return "short" if len(text) < 16 else "long" if len(text) > 40 else ""


def _words(text: str) -> Html:
    """A text with what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return join(text)
    return join(*(element("code", part) if at % 2 else part for at, part in enumerate(parts)))


# ---- links to rules ------------------------------------------------------------------------------


@define
class _Links:
    """The lines of the rule files, and links to them; what names no line of theirs is no link."""

    lines: Mapping[str, list[str]]
    known: set[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.known = {
            f"{name}:{number}"
            for name, lines in self.lines.items()
            for number in range(1, len(lines) + 1)
        }

    def to(self, place: str, shown: str | Html, note: str = "") -> Html:
        """Something that leads to the line at a place, and says on the side what stands there."""
        if place not in self.known:
            return element("span", shown, title=note or place) if note or place else join(shown)
        file, _, line = place.rpartition(":")
        said = " ".join(self.lines[file][int(line) - 1].split())
        return element(
            "a",
            shown,
            href=f"#{_anchor(place)}",
            class_="rule",
            title=(f"{note}; " if note else "") + f"{place}: {said}",
        )

    def cell(self, cell: NotedCell) -> Html:
        """The text of a cell, leading to its rule."""
        return self.to(cell.place, _words(cell), cell.note)

    def listing(self) -> Html:
        """All rule files with numbered lines,
        each with an anchor such as `#anthropic/rates.price:12`.
        """
        parts = []
        for name, lines in self.lines.items():
            shown = lines[:-1] if lines and not lines[-1] else lines
            listed = []
            for number, line in enumerate(shown, 1):
                anchor = _anchor(f"{name}:{number}")
                label = element("a", str(number), href=f"#{anchor}", aria_label=f"line {number}")
                comment = "comment" if line.lstrip().startswith("#") else ""
                listed.append(
                    element("li", label, element("code", line, class_=comment), id=anchor)
                )
            box = element(
                "ol", *listed, class_="listing", tabindex="0", role="region", aria_label=name
            )
            parts.append(join(element("h3", name), box))
        return join(*parts)


def _anchor(place: str) -> str:
    """A place as an id and a fragment at once: nothing in it needs escaping."""
    return quote(place, safe="/:")


__all__ = ["page_of", "render_report"]
