"""Events and audit reports."""

import csv
import io

import pytest
from egnyte import exc

FROM, TO = "2026-06-01", "2026-06-30"


def test_events_are_read_from_the_oldest_on(egnyte):
    events = egnyte.events.filter(egnyte.events.oldest_event_id)
    before = events.start_id
    results = events.poll(count=3)
    assert len(results) == 3 and events.start_id == results[-1].id > before
    assert all(event.timestamp and event.type and event.action for event in results)


def test_what_is_done_becomes_an_event(egnyte):
    events = egnyte.events.filter(egnyte.events.latest_event_id)
    assert not events.poll()
    folder = egnyte.folder("/Shared/Noticed").create()
    (event,) = events.poll()
    assert (event.action_source, event.type, event.action) == ("PublicAPI", "file_system", "create")
    assert (event.data["target_path"], event.data["is_folder"]) == (folder.path, True)
    assert event.user().userName == "isolberg"
    assert not events.poll()


def test_events_are_narrowed_to_a_folder(egnyte):
    events = egnyte.events.filter(egnyte.events.latest_event_id, folder="/Shared/Legal")
    egnyte.folder("/Shared/Legal/Seen").create()
    egnyte.folder("/Shared/Marketing/Unseen").create()
    assert [event.data["target_path"] for event in events.poll()] == ["/Shared/Legal/Seen"]


def finished(report):
    """The report, when it is ready; a few looks have to do."""
    assert any(report.is_ready() for _ in range(5))
    return report


def test_reports_are_started_awaited_and_read(egnyte):
    audits = egnyte.audits
    folders, people = ["/Shared/Finance"], ["isolberg"]
    for report in [
        audits.logins("json", FROM, TO, ["logins"], access_points=["Web"]),
        audits.files("json", FROM, TO, folders=["/Shared"]),
        audits.permissions("json", FROM, TO, folders, people, ["anwosu"], ["Finance Leads"]),
    ]:
        assert finished(report).json() is not None


def test_a_report_comes_as_csv(egnyte):
    report = finished(egnyte.audits.files("csv", FROM, TO, folders=["/Shared"]))
    rows = list(csv.reader(io.StringIO(report.download().read().decode())))
    assert len(rows) > 3


def test_a_report_that_makes_no_sense_is_refused(egnyte):
    with pytest.raises(exc.RequestError):
        egnyte.audits.logins("pdf", FROM, TO, ["logins"])
    with pytest.raises(exc.RequestError):
        egnyte.audits.logins("json", TO, FROM, ["logins"])
