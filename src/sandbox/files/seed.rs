//! Owns the making of the first second's folders and files: the same on every start.
//! It must never read a clock or a die.

mod around;
mod texts;

pub(super) use self::around::surround;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::access::Level::{self, Editor, Full, Owner, Viewer, ViewerOnly};
use super::content::{Content, checksum};
use super::tree::{File, Folder, Lock, Options, ROOT, Tree, Version};
use crate::sandbox::directory::Directory;

/// 2026-03-02 08:00 UTC: when this year's folders were made.
const SPRING: i64 = 1_772_438_400;
/// In seconds.
const DAY: i64 = 86_400;
/// The size of the film.
const FILM_SIZE: u64 = 40 * 1024 * 1024;
/// The checksum of the film, so that no start has to compute it.
const FILM_CHECKSUM: &str = "6135ad60d253f3a7834e1a8ff6cd4279668925d49f1a065b165d4c514a784d3d\
     595327982f57030d8ac6208b9a78db7be9ef863692ae75bee919bde64d5bec66";
/// Files in "Invoices 2026".
const INVOICES: u64 = 130;

/// The owner of the seeded token.
const INGRID: u64 = 1001;
const AMARA: u64 = 2104;
const OWEN: u64 = 2163;
const NOOR: u64 = 84_920;
const SARAH: u64 = 41_877;
const JORDAN: u64 = 88_412;

/// Folders: number within their ids, the number of the folder above, name.
#[rustfmt::skip]
const FOLDERS: &[(u128, u128, &str)] = &[
    (0x01, 0x00, "Shared"),
    (0x02, 0x00, "Private"),
    (0x10, 0x01, "Finance"),
    (0x11, 0x10, "Reports"),
    (0x12, 0x10, "Invoices 2026"),
    (0x20, 0x01, "Legal"),
    (0x21, 0x20, "Contracts"),
    (0x30, 0x01, "Marketing"),
    (0x31, 0x30, "Überblick"),
    (0x40, 0x01, "Projects"),
    (0x41, 0x40, "Harbor Tower"),
    (0x42, 0x40, "R&D #2 (50% done)+"),
    (0x43, 0x41, "Drawings"),
    (0x44, 0x41, "Permits"),
    (0x50, 0x01, "Archive"),
    (0x51, 0x50, "2019"),
];

type Groups = &'static [(&'static str, Level)];
type Users = &'static [(u64, Level)];

/// What is granted where: the folder's number, groups, users, whether what is above counts, too.
#[rustfmt::skip]
const GRANTS: &[(u128, Groups, Users, bool)] = &[
    (0x01, &[("All Power Users", Viewer)], &[], true),
    (0x03, &[], &[(INGRID, Owner)], false),
    (0x10,
        &[("Finance Operations", Full), ("Finance Leads", Editor), ("External Auditors", ViewerOnly)],
        &[(AMARA, Owner)], true),
    (0x21, &[("Legal", Full), ("Merger Data Room", Viewer)], &[], false),
    (0x30, &[("Marketing Team", Full), ("All Power Users", Viewer)], &[], true),
];

/// The folder `n`, as other subjects name it.
pub(super) const fn folder_id(n: u128) -> Uuid {
    Uuid::from_u128(0xa100_0000_0000_4000_8000_0000_0000_0000 + n)
}

/// The file `n`.
pub(super) const fn group_id(n: u128) -> Uuid {
    Uuid::from_u128(0xb200_0000_0000_4000_8000_0000_0000_0000 + n)
}

/// The current version of the file `n`.
pub(super) const fn entry_id(n: u128) -> Uuid {
    Uuid::from_u128(0xc300_0000_0000_4000_8000_0000_0000_0000 + n)
}

/// The seeded tree.
pub(super) fn tree(directory: &Directory) -> Tree {
    let mut tree = Tree::empty(moment(0));
    for (n, parent, name) in FOLDERS {
        let parent = if *parent == 0 { ROOT } else { folder_id(*parent) };
        add_folder(&mut tree, folder_id(*n), parent, name, i64::try_from(*n).unwrap_or_default());
    }
    let login = directory.user(INGRID).map_or("", |user| user.user_name.as_str());
    add_folder(&mut tree, folder_id(0x03), folder_id(0x02), login, 3);
    grant(&mut tree, directory);
    plant(&mut tree);
    tree
}

fn add_folder(tree: &mut Tree, id: Uuid, parent: Uuid, name: &str, day: i64) {
    let folder = Folder {
        id,
        name: name.to_owned(),
        parent: Some(parent),
        created: moment(day),
        modified: moment(day + 20),
        grants: super::access::Grants::default(),
        options: Options::default(),
    };
    tree.folders.insert(id, folder);
}

/// Who may do what.
fn grant(tree: &mut Tree, directory: &Directory) {
    for (n, groups, users, inherits) in GRANTS {
        let Some(folder) = tree.folders.get_mut(&folder_id(*n)) else { continue };
        let groups = groups.iter().map(|(name, level)| ((*name).to_owned(), *level));
        folder.grants.groups.extend(groups);
        let login = |id: &u64| directory.user(*id).map(|user| user.user_name.clone());
        let users = users.iter().filter_map(|(id, level)| Some((login(id)?, *level)));
        folder.grants.users.extend(users);
        folder.grants.inherits = *inherits;
    }
    if let Some(folder) = tree.folders.get_mut(&folder_id(0x11)) {
        "Quarterly reports and the board pack".clone_into(&mut folder.options.description);
    }
}

/// The files.
fn plant(tree: &mut Tree) {
    let q3 = &[
        (0xa1, texts::Q3_DRAFT, 100, NOOR),
        (0xa2, texts::Q3_REVIEWED, 104, AMARA),
        (0x01, texts::Q3_FINAL, 110, AMARA),
    ];
    let versions = q3.iter().map(|(n, text, day, by)| {
        version(entry_id(*n), Bytes::from_static(text.as_bytes()), *day, *by)
    });
    add_file(tree, group_id(1), 0x11, "q3-summary.md", versions.collect());
    let text = |text: &'static str| Bytes::from_static(text.as_bytes());
    add(tree, 2, 0x11, "budget-2026.csv", texts::budget().into(), 90, NOOR);
    add(tree, 3, 0x11, "board-pack.pdf", text(texts::PDF), 112, AMARA);
    add(tree, 4, 0x21, "master-agreement.docx", texts::document().into(), 70, OWEN);
    let png = STANDARD.decode(texts::PNG).unwrap_or_default();
    add(tree, 5, 0x30, "logo.png", png.into(), 30, JORDAN);
    let film = Version {
        entry_id: entry_id(6),
        size: FILM_SIZE,
        checksum: FILM_CHECKSUM.to_owned(),
        content: Content::Film,
        modified: moment(80),
        uploaded: moment(80),
        uploaded_by: JORDAN,
    };
    add_file(tree, group_id(6), 0x30, "launch-film.mp4", vec![film]);
    add(tree, 7, 0x41, "site-notes.txt", text(texts::SITE_NOTES), 95, SARAH);
    add(tree, 8, 0x31, "Größe & Gewicht.txt", text(texts::UMLAUTS), 40, JORDAN);
    add(tree, 9, 0x42, "50% plan #2 [draft].md", text(texts::PLAN), 41, SARAH);
    add(tree, 10, 0x51, "annual-report-2019.txt", text(texts::ANNUAL), 2, NOOR);
    add(tree, 11, 0x21, "nda-template.md", text(texts::NDA), 60, OWEN);
    add(tree, 12, 0x03, "todo.txt", text(texts::TODO), 99, INGRID);
    for n in 1..=INVOICES {
        let number = 0x1000 + u128::from(n);
        let day = 20 + i64::try_from(n / 2).unwrap_or_default();
        let name = format!("invoice-{n:04}.txt");
        add(tree, number, 0x12, &name, texts::invoice(n).into(), day, NOOR);
    }
    if let Some(file) = tree.files.get_mut(&group_id(4)) {
        let token = "seeded-lock-of-owen".to_owned();
        file.lock = Some(Lock { token, owner: OWEN, timeout: 0, expires: None });
    }
}

/// A file with one version, whose ids have the same number.
fn add(tree: &mut Tree, n: u128, folder: u128, name: &str, bytes: Bytes, day: i64, by: u64) {
    add_file(tree, group_id(n), folder, name, vec![version(entry_id(n), bytes, day, by)]);
}

fn add_file(tree: &mut Tree, id: Uuid, folder: u128, name: &str, versions: Vec<Version>) {
    let (name, parent) = (name.to_owned(), folder_id(folder));
    tree.files.insert(id, File { group_id: id, name, parent, versions, lock: None });
}

fn version(entry_id: Uuid, bytes: Bytes, day: i64, by: u64) -> Version {
    Version {
        entry_id,
        size: bytes.len() as u64,
        checksum: checksum(&bytes),
        content: Content::Kept(bytes),
        modified: moment(day),
        uploaded: moment(day) + SignedDuration::from_mins(5),
        uploaded_by: by,
    }
}

/// So many days after the first folder was made.
pub(super) fn moment(day: i64) -> Timestamp {
    Timestamp::from_second(SPRING + day * DAY).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_film_has_the_checksum_it_is_said_to_have() {
        use crate::sandbox::files::content::{Hasher, film};
        let mut hasher = Hasher::new();
        for start in (0..FILM_SIZE).step_by(1024 * 1024) {
            hasher.update(&film(start..start + 1024 * 1024));
        }
        assert_eq!(hasher.finish(), FILM_CHECKSUM);
    }

    #[test]
    fn every_seeded_file_lies_in_a_folder_and_every_name_is_allowed() {
        let tree = tree(&crate::sandbox::seed::directory());
        assert!(tree.all_files().count() >= 142);
        for file in tree.all_files() {
            assert!(tree.folder(file.parent).is_some(), "{}", file.name);
            assert_eq!(tree.file_path(file).bad_name(), None);
            let version = file.current().unwrap();
            assert!(version.size > 0 && version.checksum.len() == 128, "{}", file.name);
        }
    }
}
