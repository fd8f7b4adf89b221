"""The list of messages: filters, acts on several at once, and files of it."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases import actions, columns, exporting, reads, searching, tabs
from comity.desks.cases.filters import Filter, fields_of
from comity.desks.cases.models import Case, SavedFilter
from comity.desks.cases.views.pages import handed_out, page_of, reader, writer
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.node.officers.stepup import fresh_second_factor

LONGEST_KEY: Final = 18  # digits of a row's number


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show one tab of all messages, narrowed by a filter."""
    officer = reader(request)
    chosen = Filter.read(request.GET)
    tab, page = reads.page(officer, request.GET.get("show", ""), request.GET.get("page"), chosen)
    shown = _shown(tab)
    query = chosen.query(**shown)
    mine = columns.of(officer)
    return page_of(
        request,
        "cases/list.html",
        tab=tab,
        tabs=tabs.of(officer),
        page=page,
        chips=chosen.chips(**shown),
        filters=fields_of(chosen, officer.authority),
        saved=[(one, one.query == query) for one in SavedFilter.objects.filter(officer=officer).order_by("name")],
        address=query,
        query=f"{query}&" if query else "",
        colleagues=actions.colleagues(officer) if officer.may(Duty.APPROVE) else (),
        may_write=officer.may(Duty.WRITE_MESSAGES),
        most=exporting.MOST,
        columns=mine,
        more_columns=columns.others(mine),
        moved=_moved(request.GET.get("columns", ""), mine),
        forms=(("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON")),
    )


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Show what the search box finds; by POST, so that no name stands in an address or a log."""
    officer = reader(request)
    text, chosen = request.POST.get("q", ""), Filter.read(request.POST)
    results = searching.search(officer, text, chosen, request.POST.get("page"))
    actions.note_search(officer, at=timezone.now(), hits=len(results.hits) + len(results.notes))
    return page_of(
        request,
        "cases/found.html",
        text=text[: searching.MAX_QUERY],
        results=results,
        filters=[one for one in fields_of(chosen, officer.authority) if one.name != "sort"],
        narrowed=bool(chosen.chips()),
        limit=searching.LIMIT,
    )


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Take, give back or assign the cases of the rows that were chosen."""
    officer, at = writer(request), timezone.now()
    cases = _chosen(request, officer)
    back = _back(request)
    if not cases:
        messages.warning(request, _("Choose at least one row first."))
        return back
    step = request.POST.get("step", "")
    if step == "take":
        done = actions.take_each(cases, officer, at=at)
    elif step == "give-back":
        done = actions.let_go_each(cases, officer, at=at)
    else:
        to = next((one for one in actions.colleagues(officer) if str(one.pk) == request.POST.get("to")), None)
        if to is None:
            messages.error(request, _("Choose to whom the case is assigned."))
            return back
        done = actions.assign_each(cases, to, officer, at=at)
    if done.changed:
        text = ngettext("%(n)s case has changed hands.", "%(n)s cases have changed hands.", done.changed)
        messages.success(request, text % {"n": done.changed})
    if done.left:
        names = ", ".join(case.reference for case in done.left)
        messages.warning(request, _("Left as they are, for a colleague holds them: %(names)s.") % {"names": names})
    return back


@require_POST
@fresh_second_factor
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the list, or the chosen rows of it, as a file."""
    officer = reader(request)
    form = request.POST.get("form", "")
    if form not in exporting.TYPES:
        form = "csv"
    found = reads.listed(officer, tabs.tab_of(request.POST.get("show", "")), Filter.read(request.POST))
    if picked := _picked(request):
        found = found.filter(pk__in=picked)
    made = exporting.table(officer, found, columns.in_files(columns.keys_of(officer)))
    if made.withheld and not made.rows:
        messages.error(request, _("The rules of this node keep these messages here: ask a supervisor to export them."))
        return _back(request)
    at = timezone.now()
    actions.note_export(officer, form=form, withheld=made.withheld, messages=made.roots, at=at)
    answer = HttpResponse(exporting.written(made, form), content_type=exporting.TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="messages-{at:%Y%m%dT%H%M%SZ}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Comity-Withheld"] = str(made.withheld)
    return handed_out(request, answer)


@require_POST
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is on under a name."""
    officer = reader(request)
    tab = tabs.tab_of(request.POST.get("show", ""))
    query = Filter.read(request.POST).query(**_shown(tab))
    kept = actions.keep_filter(officer, request.POST.get("name", ""), query, at=timezone.now())
    if kept is None:
        messages.error(request, _("Give the filter a name. You can keep thirty; remove one that you no longer need."))
    else:
        messages.success(request, _("The filter is kept as “%(name)s”.") % {"name": kept.name})
    return _to_list(query)


@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Add, remove or move a column of the list, and lead back to it with the choice still open."""
    officer, step = reader(request), request.POST.get("step", "")
    before = tuple(column.key for column in columns.of(officer))
    actions.choose_columns(officer, columns.changed(before, step))
    tab = tabs.tab_of(request.POST.get("show", ""))
    others = {**_shown(tab), "columns": step if step.replace(":", "").isalpha() else "reset"}
    return _to_list(Filter.read(request.POST).query(**others))


def _moved(step: str, mine: tuple[columns.Column, ...]) -> str:
    """Return which button has the focus after a step: that of the same column, which may now be first or last."""
    verb, _colon, key = step.partition(":")
    keys = [column.key for column in mine]
    if key not in keys:
        return f"add:{key}" if verb == "remove" else step
    if verb == "add" or (verb == "down" and keys[-1] == key):
        verb = "up"
    return f"down:{key}" if verb == "up" and keys[0] == key else f"{verb}:{key}"


@require_POST
def drop_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Let go of a filter of one's own; where there is none, there is nothing to do."""
    actions.drop_filter(reader(request), filter_id)
    return _to_list("")


def _shown(tab: tabs.Tab) -> dict[str, str]:
    return {"show": "" if tab.key == "all" else tab.key}


def _to_list(query: str) -> HttpResponse:
    answer = redirect("cases:list")
    if query:
        answer["Location"] += f"?{query}"
    return answer


def _back(request: HttpRequest) -> HttpResponse:
    """Return the way to the list as it was: only fields of a filter get into it."""
    tab = tabs.tab_of(request.POST.get("show", ""))
    page = request.POST.get("page", "")
    others = {**_shown(tab), "page": page if page.isdecimal() and len(page) < LONGEST_KEY else ""}
    return _to_list(Filter.read(request.POST).query(**others))


def _picked(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("pick") if text.isdecimal() and len(text) <= LONGEST_KEY]


def _chosen(request: HttpRequest, officer: Officer) -> list[Case]:
    """Return the cases of the chosen rows that the officer may see, each once."""
    found = reads.visible_to(officer).filter(pk__in=_picked(request)[: reads.PAGE])
    return list(Case.objects.filter(pk__in=found.values("case")).select_related("holder").order_by("pk"))
