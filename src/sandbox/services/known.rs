//! Owns what the services know of the domain's files and folders: the ids they accept.
//! It must never stand in for the file tree: nothing here can be read, moved or deleted.

/// A file that services may be asked about.
pub(super) struct KnownFile {
    pub(super) group_id: &'static str,
    /// Of every version, the current one first.
    pub(super) entry_ids: &'static [&'static str],
    pub(super) path: &'static str,
    /// Who uploaded it.
    pub(super) by: &'static str,
    /// When.
    pub(super) uploaded: &'static str,
    /// What a reader would find in it. Pictures and films have no text and are not indexed.
    pub(super) says: Option<&'static str>,
}

impl KnownFile {
    /// The last part of the path.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// The folders with a name, by id.
pub(super) const FOLDERS: &[(&str, &str)] = &[
    ("a1000000-0000-4000-8000-000000000001", "/Shared"),
    ("a1000000-0000-4000-8000-000000000010", "/Shared/Finance"),
    ("a1000000-0000-4000-8000-000000000011", "/Shared/Finance/Reports"),
    ("a1000000-0000-4000-8000-000000000012", "/Shared/Finance/Invoices 2026"),
    ("a1000000-0000-4000-8000-000000000020", "/Shared/Legal"),
    ("a1000000-0000-4000-8000-000000000021", "/Shared/Legal/Contracts"),
    ("a1000000-0000-4000-8000-000000000030", "/Shared/Marketing"),
    ("a1000000-0000-4000-8000-000000000040", "/Shared/Projects"),
    ("a1000000-0000-4000-8000-000000000041", "/Shared/Projects/Harbor Tower"),
    ("a1000000-0000-4000-8000-000000000042", "/Shared/Projects/R&D #2 (50% done)+"),
    ("a1000000-0000-4000-8000-000000000051", "/Shared/Archive/2019"),
];

/// The files with a name.
pub(super) const FILES: &[KnownFile] = &[
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000001",
        entry_ids: &[
            "c3000000-0000-4000-8000-000000000001",
            "c3000000-0000-4000-8000-0000000000a1",
            "c3000000-0000-4000-8000-0000000000a2",
        ],
        path: "/Shared/Finance/Reports/q3-summary.md",
        by: "nhaddad",
        uploaded: "2026-06-24T09:15:00Z",
        says: Some("a summary of the third quarter"),
    },
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000002",
        entry_ids: &["c3000000-0000-4000-8000-000000000002"],
        path: "/Shared/Finance/Reports/budget-2026.csv",
        by: "nhaddad",
        uploaded: "2026-06-24T09:40:00Z",
        says: Some("a table of the budget of 2026"),
    },
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000003",
        entry_ids: &["c3000000-0000-4000-8000-000000000003"],
        path: "/Shared/Finance/Reports/board-pack.pdf",
        by: "anwosu",
        uploaded: "2026-06-25T16:05:00Z",
        says: Some("the papers for the next board meeting"),
    },
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000004",
        entry_ids: &["c3000000-0000-4000-8000-000000000004"],
        path: "/Shared/Legal/Contracts/master-agreement.docx",
        by: "ogallagher",
        uploaded: "2026-06-26T08:30:00Z",
        says: Some("a master agreement that renews every year"),
    },
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000005",
        entry_ids: &["c3000000-0000-4000-8000-000000000005"],
        path: "/Shared/Marketing/logo.png",
        by: "jsmith",
        uploaded: "2026-06-27T11:00:00Z",
        says: None,
    },
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000006",
        entry_ids: &["c3000000-0000-4000-8000-000000000006"],
        path: "/Shared/Marketing/launch-film.mp4",
        by: "jsmith",
        uploaded: "2026-06-27T11:20:00Z",
        says: None,
    },
    KnownFile {
        group_id: "b2000000-0000-4000-8000-000000000007",
        entry_ids: &["c3000000-0000-4000-8000-000000000007"],
        path: "/Shared/Projects/Harbor Tower/site-notes.txt",
        by: "sconnor",
        uploaded: "2026-06-29T14:45:00Z",
        says: Some("notes taken on the building site"),
    },
];

/// The path of a folder.
pub(super) fn folder(id: &str) -> Option<&'static str> {
    FOLDERS.iter().find(|(known, _)| *known == id).map(|(_, path)| *path)
}

/// A file by its stable id.
pub(super) fn file(group_id: &str) -> Option<&'static KnownFile> {
    FILES.iter().find(|file| file.group_id == group_id)
}

/// A file by the id of one of its versions.
pub(super) fn entry(entry_id: &str) -> Option<&'static KnownFile> {
    FILES.iter().find(|file| file.entry_ids.contains(&entry_id))
}
