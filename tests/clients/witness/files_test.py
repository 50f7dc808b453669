"""Folders and files, and what hangs on them.

The SDK has nothing for locks, older versions, trash, metadata, bookmarks and ids instead of paths.
"""

import hashlib
import io

import pytest
from egnyte import exc
from egnyte.resources import File

NOTES = "/Shared/Projects/Harbor Tower/site-notes.txt"
REPORT = "/Shared/Finance/Reports/q3-summary.md"


def test_a_folder_lists_its_folders_and_files(egnyte):
    finance = egnyte.folder("/Shared/Finance").list()
    assert {"Reports", "Invoices 2026"} <= {folder.name for folder in finance.folders}
    reports = egnyte.get("/Shared/Finance/Reports")
    assert reports.is_folder
    report = next(file for file in reports.files if file.path == REPORT)
    assert (report.num_versions, report.is_folder) == (3, False)
    assert report.entry_id == "c3000000-0000-4000-8000-000000000001"
    assert isinstance(egnyte.get(NOTES), File)


@pytest.mark.parametrize("name", ["R&D #2 (50% done)+", "Iñtërnâtiônàlizætiøν☃ test"])
def test_a_folder_is_made_copied_moved_and_deleted(egnyte, folder, name):
    made = folder.folder(name).create()
    made.file("a.txt").upload(b"one")
    copied = made.copy(folder.path + "/copy of " + name)
    moved = made.move(folder.path + "/moved " + name)
    with pytest.raises(exc.NotFound):
        made.check()
    for there in [copied, moved]:
        assert there.folder_id
        assert there.file("a.txt").download().read() == b"one"
    assert copied.folder_id != moved.folder_id
    copied.delete()
    assert [one.path for one in folder.list().folders] == [moved.path]
    with pytest.raises(exc.NotFound):
        copied.check()


def test_a_folder_that_is_there_is_made_again_only_without_a_word(egnyte, folder):
    folder.create()
    with pytest.raises(exc.InsufficientPermissions):
        folder.create(ignore_if_exists=False)


def test_a_file_is_uploaded_in_versions_and_downloaded(egnyte, folder):
    file = folder.file("über uns.txt")
    file.upload(b"first")
    file.upload(io.BytesIO(b"the second"))
    file = egnyte.get(file.path)
    assert (file.num_versions, file.size, file.uploaded_by) == (2, 10, "isolberg")
    assert file.checksum == hashlib.sha512(b"the second").hexdigest()
    download = file.download()
    assert (len(download), download.read()) == (10, b"the second")
    assert file.download((4, 9)).read() == b"second"


def test_a_large_file_is_uploaded_in_chunks(egnyte, folder, monkeypatch):
    # The smallest chunk that Egnyte takes; the SDK's own are of 100 MB.
    monkeypatch.setattr(File, "_upload_chunk_size", 10 * 1024 * 1024)
    size = 25 * 1024 * 1024
    content = bytes(range(256)) * (size // 256)
    done = []
    file = folder.file("large.bin")
    file.upload(io.BytesIO(content), progress_callback=lambda file, size, up_to: done.append(up_to))
    assert len(done) == 3
    assert (file.size, file.checksum) == (size, hashlib.sha512(content).hexdigest())
    whole = io.BytesIO()
    file.download().write_to(whole)
    assert whole.getvalue() == content


def test_a_file_is_copied_moved_and_deleted(egnyte, folder):
    original = egnyte.file(NOTES)
    text = original.download().read()
    copied = original.copy(folder.path + "/copy.txt")
    moved = copied.move(folder.path + "/moved.txt")
    assert moved.download().read() == original.download().read() == text
    with pytest.raises(exc.NotFound):
        copied.check()
    with pytest.raises(exc.EgnyteError):
        original.copy(moved.path)
    moved.delete()
    for call in [moved.check, moved.download, moved.delete]:
        with pytest.raises(exc.NotFound):
            call()


def test_a_tree_is_uploaded_and_downloaded(egnyte, folder, tmp_path):
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "one.txt").write_bytes(b"1")
    (source / "inner" / "two.txt").write_bytes(b"22")
    egnyte.bulk_upload([str(source)], folder.path)
    target = tmp_path / "target"
    egnyte.bulk_download([folder.path + "/source"], str(target))
    contents = {str(file.relative_to(target)): file.read_bytes() for file in target.rglob("*.txt")}
    assert contents == {"source/one.txt": b"1", "source/inner/two.txt": b"22"}


def test_a_comment_is_made_listed_and_deleted(egnyte, folder):
    file = folder.file("a.txt")
    file.upload(b"text")
    note = file.add_note("Looks good to me")
    assert (note.message, note.file_path) == ("Looks good to me", file.path)
    assert note.get_file() == file
    assert list(file.get_notes()) == list(folder.get_notes()) == [note]
    note.delete()
    assert not file.get_notes()
    everywhere = egnyte.notes.list()
    assert len(everywhere) == 25 < everywhere.total_count


def test_permissions_are_given_told_and_taken_into_account(egnyte, folder):
    folder.set_permissions("Editor", users=["anwosu"])
    folder.set_permissions("Viewer", groups=["Finance Leads"])
    given = folder.get_permissions()
    assert given.user_to_permission["anwosu"] == "Editor"
    assert given.group_to_permission["Finance Leads"] == "Viewer"
    assert given.permission_to_owner["Editor"]["users"] == {"anwosu"}
    assert list(folder.get_permissions(users=["anwosu"]).user_to_permission) == ["anwosu"]
    assert folder.get_effective_permissions("anwosu") == "Editor"
    assert folder.get_effective_permissions("isolberg") == "Owner"


def test_a_link_is_made_for_each_recipient_told_listed_and_deleted(egnyte, folder):
    recipients = ["one@example.com", "two@example.com"]
    links = folder.link("anyone", recipients=recipients, send_email=False)
    assert sorted(link.recipients for link in links) == [["one@example.com"], ["two@example.com"]]
    for link in links:
        told = egnyte.links.get(link.id)
        assert (told.path, told.type, told.accessibility) == (folder.path, "folder", "anyone")
    listed = egnyte.links.list(path=folder.path)
    assert {link.id for link in listed} == {link.id for link in links}
    assert (listed.total_count, listed.offset) == (2, 0)
    links[0].delete()
    with pytest.raises(exc.NotFound):
        links[0].check()
    links[1].check()

    file_link = egnyte.file(REPORT).link("domain", link_to_current=True, add_filename=True)[0]
    assert (file_link.type, file_link.path, file_link.link_to_current) == ("file", REPORT, True)


def test_links_are_listed_by_what_they_are_and_in_pages(egnyte):
    everything = egnyte.links.list()
    page = egnyte.links.list(offset=10, count=5)
    assert [link.id for link in page] == [link.id for link in everything][10:15]
    assert (page.total_count, page.offset) == (everything.total_count, 10)
    assert egnyte.links.list(created_after="2100-01-01").total_count == 0
    of_files = egnyte.links.list(type="file")
    assert 0 < of_files.total_count < everything.total_count
    assert egnyte.links.get("FzHv6dKLXy").path == REPORT


def test_search_finds_files_by_their_words(egnyte):
    found = egnyte.search.files("summary", folder="/Shared/Finance")
    match = next(match for match in found if match.path == REPORT)
    assert match.file().checksum
    assert found.total_count >= len(found) and found.offset == 0
    assert not egnyte.search.files("nothing-has-this-word")
    assert len(egnyte.search.files("invoice", count=5, offset=5)) == 5


def test_settings_of_links_are_told(egnyte):
    assert {"file_links", "folder_links"} <= egnyte.settings["links"].keys()
