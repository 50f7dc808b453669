//! Owns what stands around the seeded files: links, comments, metadata, bookmarks, trash, events.
//! It must never read a clock or a die.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AMARA, DAY, INGRID, JORDAN, NOOR, OWEN, SARAH, SPRING, folder_id, group_id, moment};
use crate::sandbox::files::Files;
use crate::sandbox::files::access::Level;
use crate::sandbox::files::bookmarks::{Bookmark, Bookmarks};
use crate::sandbox::files::change::Upload;
use crate::sandbox::files::content::{Content, checksum};
use crate::sandbox::files::events::{Change, facts};
use crate::sandbox::files::links::{Accessibility, Kind, Link, Protection};
use crate::sandbox::files::metadata::{self, Key, Namespace, Reach, Scope};
use crate::sandbox::files::notes::Note;
use crate::sandbox::files::path::FsPath;
use crate::sandbox::files::trash::Item;
use crate::sandbox::files::tree::Node;

/// Links beyond the two known ones.
const LINKS: u128 = 63;
/// Comments beyond the known one.
const NOTES: u128 = 64;
/// Trash beyond the two known items.
const TRASHED: i64 = 32;
/// Events, so that the last one is 1,000,450.
const EVENTS: i64 = 450;

/// Seeds everything that stands around the files.
pub(in crate::sandbox::files) fn surround(files: &mut Files) {
    links(files);
    notes(files);
    describe(files);
    files.bookmarks = Bookmarks {
        list: vec![Bookmark {
            id: 4711,
            owner: INGRID,
            folder: folder_id(0x11),
            created: moment(85),
        }],
        next: 4711,
    };
    throw_away(files);
    remember(files);
}

/// The file of invoice `n`, counted from 1.
fn invoice(n: u128) -> Node {
    Node::File(group_id(0x1000 + 1 + n % 130))
}

fn links(files: &mut Files) {
    let link = |id: &str, target, kind, accessibility, day, by| Link {
        id: id.to_owned(),
        target,
        kind,
        accessibility: Some(accessibility),
        recipients: Vec::new(),
        notify: false,
        link_to_current: true,
        protection: Protection::None,
        created: moment(day),
        by,
        expiry_date: None,
        expiry_clicks: None,
    };
    let q3 = Node::File(group_id(1));
    files.links.add(link("FzHv6dKLXy", q3, Kind::File, Accessibility::Domain, 111, AMARA));
    let marketing = Node::Folder(folder_id(0x30));
    let known = link("pT3mWq81Zc", marketing, Kind::Folder, Accessibility::Anyone, 60, JORDAN);
    files.links.add(Link { expiry_date: Some(date(2027, 12, 31)), ..known });
    for n in 0..LINKS {
        let day = 20 + i64::try_from(n).unwrap_or_default();
        let by = [INGRID, NOOR, AMARA].get(usize::try_from(n % 3).unwrap_or_default()).copied();
        let accessibility = match n % 4 {
            0 => Accessibility::Domain,
            1 => Accessibility::Anyone,
            2 => Accessibility::Recipients,
            _ => Accessibility::Password,
        };
        let by = by.unwrap_or(INGRID);
        let mut made = link("", invoice(n), Kind::File, accessibility, day, by);
        if n % 4 == 2 {
            made.recipients = vec![format!("partner{n}@brightpixel.example")];
        }
        made.expiry_clicks = (n % 8 == 1).then_some(5);
        files.links.add(made);
    }
}

fn notes(files: &mut Files) {
    const TEXTS: [&str; 4] = [
        "Is this one paid?",
        "Please check the amount against the order.",
        "Approved.",
        "The supplier sent a corrected version.",
    ];
    let id = |n: u128| Uuid::from_u128(0xd400_0000_0000_4000_8000_0000_0000_0000 + n);
    let mut add = |n: u128, on, message: &str, by, day| {
        let message = message.to_owned();
        files.notes.push(Note { id: id(n), on, message, by, created: moment(day) });
    };
    let pack = Node::File(group_id(3));
    add(1, pack, "Slide 4 still shows last year's numbers.", AMARA, 113);
    add(2, pack, "Fixed, thank you.", NOOR, 114);
    for n in 3..=NOTES {
        let text = TEXTS.get(usize::try_from(n % 4).unwrap_or_default()).copied();
        let by = if n % 2 == 0 { NOOR } else { AMARA };
        let day = 20 + i64::try_from(n).unwrap_or_default();
        add(n, invoice(n * 2), text.unwrap_or_default(), by, day);
    }
}

/// A key that is nothing but its type.
fn key(kind: metadata::Kind, help: &str) -> Key {
    let help_text = Some(help.to_owned());
    Key { kind, display_name: None, priority: None, help_text, data: Vec::new() }
}

fn describe(files: &mut Files) {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let contracts = BTreeMap::from([
        ("counterparty".to_owned(), key(metadata::Kind::String, "Who signs with us")),
        ("renewal".to_owned(), key(metadata::Kind::Date, "When it renews")),
        ("value".to_owned(), key(metadata::Kind::Integer, "In euros")),
        (
            "status".to_owned(),
            Key {
                data: texts(&["draft", "signed", "expired"]),
                ..key(metadata::Kind::Enum, "How far it is")
            },
        ),
    ]);
    let review = BTreeMap::from([
        ("reviewer".to_owned(), key(metadata::Kind::String, "Who looked at it")),
        ("labels".to_owned(), key(metadata::Kind::Labels, "Free words")),
        ("score".to_owned(), key(metadata::Kind::Decimal, "From 0 to 1")),
    ]);
    for (name, display_name, keys) in
        [("contracts", "Contracts", contracts), ("review", "Review", review)]
    {
        files.metadata.namespaces.push(Namespace {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            scope: Scope::Public,
            inheritable: false,
            reach: Reach::Global,
            folders: Vec::new(),
            document_types: Vec::new(),
            keys,
        });
    }
    let mut set = |item, namespace: &str, values: Value| {
        files.metadata.replace(item, namespace, crate::sandbox::files::faces::object(values));
    };
    set(
        group_id(4),
        "contracts",
        json!({
            "counterparty": "Brightpixel Ltd",
            "renewal": SPRING + 400 * DAY,
            "value": 240_000,
            "status": "signed",
        }),
    );
    set(group_id(11), "contracts", json!({ "status": "draft" }));
    let values = json!({ "reviewer": "anwosu", "labels": ["board", "final"], "score": 0.9 });
    set(group_id(1), "review", values);
    set(folder_id(0x11), "review", json!({ "reviewer": "nhaddad" }));
}

fn throw_away(files: &mut Files) {
    let id = |n: i64| {
        let n = u128::from(n.unsigned_abs());
        Uuid::from_u128(0xe500_0000_0000_4000_8000_0000_0000_0000 + n)
    };
    let file = |files: &mut Files, path: &str, text: &str, by, day| {
        let bytes = bytes::Bytes::from(text.to_owned());
        let upload = Upload {
            size: bytes.len() as u64,
            checksum: checksum(&bytes),
            content: Content::Kept(bytes),
            modified: moment(day),
            by,
        };
        let path = FsPath::of_text(path)?;
        let (group_id, _) = files.tree.write(&path, upload, moment(day)).ok()?;
        Some(Node::File(group_id))
    };
    let discard = |files: &mut Files, n: i64, node: Option<Node>, by, day| {
        let removed = node.and_then(|node| files.tree.remove(node).ok());
        let item = |removed| Item { id: id(n), removed, by, at: moment(day) };
        files.trash.extend(removed.map(item));
    };
    let old = file(files, "/Shared/Finance/old-forecast.xlsx", "PK\u{3}\u{4} made up", NOOR, 10);
    discard(files, 1, old, NOOR, 100);
    let drafts = FsPath::of_text("/Shared/Drafts")
        .and_then(|path| files.tree.add_folder(&path, None, moment(12)).ok());
    for name in ["one", "two"] {
        file(files, &format!("/Shared/Drafts/draft-{name}.txt"), "A draft.\n", SARAH, 13);
    }
    discard(files, 2, drafts.map(Node::Folder), SARAH, 101);
    for n in 3..3 + TRASHED {
        let path = format!("/Shared/Marketing/old-banner-{n:02}.txt");
        let banner = file(files, &path, "An old banner.\n", JORDAN, 14);
        discard(files, n, banner, JORDAN, 60 + n);
    }
}

/// The past, as events.
fn remember(files: &mut Files) {
    let known: Vec<(u128, u64)> = vec![(1, AMARA), (3, AMARA), (4, OWEN), (5, JORDAN), (7, SARAH)];
    for n in 0..EVENTS {
        let step = u128::from(n.unsigned_abs());
        let (node, actor) = match n % 10 {
            0 => {
                let pick = known.get(usize::try_from(n / 10).unwrap_or_default() % known.len());
                let (file, actor) = pick.copied().unwrap_or((1, AMARA));
                (Node::File(group_id(file)), actor)
            }
            _ => (invoice(step), NOOR),
        };
        let path = files.tree.path(node);
        let text = path.to_string();
        let change = match n % 15 {
            4 => Change::to_note(
                actor,
                "create",
                &text,
                &format!("d4000000-0000-4000-8000-{:012x}", 3 + n),
            ),
            9 => {
                let subject = format!("/user/{AMARA}");
                Change::permission(INGRID, "/Shared/Finance", &subject, Level::Owner)
            }
            _ => Change::to_item(actor, "create", &text, facts(&files.tree, node, "target", &path)),
        };
        let source = if n % 3 == 0 { "Desktop" } else { "WebUI" };
        files.events.record(change.seeded(time_of(n), source));
    }
}

fn time_of(event: i64) -> Timestamp {
    moment(60) + SignedDuration::from_hours(3 * event)
}
