//! Owns the making of the first second's directory: the same people and groups on every start.
//! It must never read a clock or a die, and never name a person who exists.

mod groups;
mod people;

use jiff::Timestamp;
use uuid::Uuid;

use self::groups::{GROUPS, Members, OFFICES, TEAMS};
use self::people::{CAST, FAMILY_NAMES, GIVEN_NAMES, Part};
use super::directory::{Directory, mix};
use super::user::{AuthType, User, UserType};

/// The administrator whose access token is valid from the start.
pub(super) const ADMINISTRATOR: u64 = 1001;

/// People beyond the cast.
const CROWD: u64 = 240;
/// Every sixth of the crowd is a contractor.
const CONTRACTOR_EVERY: u64 = 6;
/// 2016-01-04 08:00 UTC: nobody was here before.
const OPENING: i64 = 1_451_894_400;
/// 2026-06-30 17:00 UTC: the day the picture was taken.
pub(super) const PICTURE: i64 = 1_782_838_800;
/// In seconds.
const WEEK: i64 = 7 * 86_400;

/// The seeded directory.
pub(super) fn directory() -> Directory {
    let mut directory = Directory::default();
    for part in CAST {
        directory.insert(played(part));
    }
    let crowd: Vec<Face> = (0..CROWD).map(Face::new).collect();
    for face in &crowd {
        let user = face.user(&directory);
        directory.insert(user);
    }
    for (name, id, members) in GROUPS {
        let id = id.and_then(|text| Uuid::try_parse(text).ok());
        let members = members.pick(&crowd);
        // A refusal would mean a typing error in the tables; the tests below would see the gap.
        directory.create_group(id, (*name).to_owned(), members).ok();
    }
    directory
}

/// A member of the crowd, before being given a login.
struct Face {
    n: u64,
    contractor: bool,
    team: &'static str,
    office: &'static str,
    /// 64 bits to decide the rest by.
    chance: u64,
}

impl Face {
    fn new(n: u64) -> Self {
        let chance = mix(n);
        Self {
            n,
            contractor: n % CONTRACTOR_EVERY == CONTRACTOR_EVERY - 1,
            team: nth(TEAMS, chance >> 8),
            office: nth(OFFICES, chance >> 24),
            chance,
        }
    }

    /// Steps of different length through coprime tables: no full name comes twice.
    fn names(&self) -> (&'static str, &'static str) {
        (nth(GIVEN_NAMES, self.n), nth(FAMILY_NAMES, self.n * 37))
    }

    /// Ascending, with gaps, clear of the cast.
    fn id(&self) -> u64 {
        120_000 + self.n * 173 + self.chance % 97
    }

    /// Initial and family name, numbered from the second of that login on.
    fn login(&self, others: &Directory) -> String {
        let (given, family) = self.names();
        let base: String = ascii(given).chars().take(1).chain(ascii(family).chars()).collect();
        let taken = |login: &String| others.users().any(|user| user.user_name == *login);
        let numbered = (2..=CROWD).map(|n| format!("{base}{n}"));
        let mut candidates = std::iter::once(base.clone()).chain(numbered);
        candidates.find(|login| !taken(login)).unwrap_or_default()
    }

    /// Contractors sign in with a password, an acquired company with its own directory.
    fn home(&self) -> (&'static str, AuthType) {
        match (self.contractor, self.chance.is_multiple_of(5)) {
            (true, _) => ("external.com", AuthType::Egnyte),
            (false, true) => ("acmecorp.com", AuthType::Ad),
            (false, false) => ("company.com", AuthType::Sso),
        }
    }

    fn user_type(&self) -> UserType {
        match ((self.chance >> 16) % 32, self.contractor) {
            (0, false) => UserType::Admin,
            (1..=17, false) | (1..=6, true) => UserType::Power,
            _ => UserType::Standard,
        }
    }

    fn user(&self, others: &Directory) -> User {
        let (given, family) = self.names();
        let (host, auth_type) = self.home();
        let login = self.login(others);
        let mut user = blank(self.id(), given, family, login, self.user_type(), auth_type);
        user.email = format!("{}.{}@{host}", ascii(given), ascii(family));
        user.active = self.n % 11 != 7;
        user.locked = self.n % 37 == 20;
        user.last_active = user.last_active.filter(|_| self.n % 19 != 4);
        match auth_type {
            AuthType::Sso => {}
            AuthType::Ad => {
                user.external_id = Some(sid(2_000 + self.n));
                user.user_principal_name = Some(user.email.clone());
            }
            AuthType::Egnyte => {
                let weeks = i64::try_from(self.n).unwrap_or_default();
                user.external_id = Some(format!("EXT+{:04}", self.n));
                user.expires = Some(moment(PICTURE + (52 + weeks) * WEEK));
                user.delete_on_expiry = Some(self.n.is_multiple_of(4));
            }
        }
        user
    }
}

impl Members {
    /// The members' ids: the listed ones first, then those of the crowd who belong.
    fn pick(&self, crowd: &[Face]) -> Vec<u64> {
        let (Self::Only(listed)
        | Self::Team(_, listed)
        | Self::Office(_, listed)
        | Self::Some(_, listed)
        | Self::Contractors(_, listed)) = self;
        let belonging = crowd.iter().filter(|face| self.includes(face)).map(Face::id);
        listed.iter().copied().chain(belonging).collect()
    }

    fn includes(&self, face: &Face) -> bool {
        match self {
            Self::Only(_) => false,
            Self::Team(team, _) => !face.contractor && face.team == *team,
            Self::Office(office, _) => !face.contractor && face.office == *office,
            Self::Some(one_in, _) => {
                !face.contractor && (face.chance >> 32).is_multiple_of(*one_in)
            }
            Self::Contractors(one_in, _) => {
                face.contractor && (face.chance >> 32).is_multiple_of(*one_in)
            }
        }
    }
}

/// A member of the cast.
fn played(part: &Part) -> User {
    let login = part.login.to_owned();
    let mut user = User {
        email: part.email.to_owned(),
        external_id: part.external_id.map(str::to_owned),
        service_account: part.login.starts_with("svc."),
        ..blank(part.id, part.given, part.family, login, part.user_type, part.auth_type)
    };
    if let Some(role) = part.role {
        user.role = Some(role.to_owned());
    }
    if let Some(subject) = part.idp_user_id {
        user.idp_user_id = Some(subject.to_owned());
    }
    if let Some([created, modified, last_active]) = part.dates {
        user.created = date(created);
        user.modified = date(modified);
        user.last_active = Some(date(last_active));
    }
    user
}

/// An active user with the dates that its id stands for.
fn blank(
    id: u64,
    given: &str,
    family: &str,
    login: String,
    user_type: UserType,
    auth_type: AuthType,
) -> User {
    let share = |salt: u64, span: i64| i64::try_from(mix(id ^ salt) >> 32).unwrap_or(0) % span;
    let created = OPENING + share(1, PICTURE - OPENING - 4 * WEEK);
    let modified = created + share(2, PICTURE - created);
    let last_active = PICTURE - share(3, 4 * WEEK);
    User {
        id,
        external_id: None,
        email: String::new(),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        active: true,
        locked: false,
        role: (user_type == UserType::Power).then(|| "Default".to_owned()),
        idp_user_id: (auth_type == AuthType::Sso).then(|| login.clone()),
        user_name: login,
        auth_type,
        user_type,
        user_principal_name: None,
        service_account: false,
        created: moment(created),
        modified: moment(modified),
        last_active: Some(moment(last_active)),
        expires: None,
        delete_on_expiry: None,
    }
}

/// The `n`th entry of a table that starts again when it ends.
fn nth(table: &'static [&'static str], n: u64) -> &'static str {
    let index = usize::try_from(n % table.len() as u64).unwrap_or_default();
    table.get(index).copied().unwrap_or_default()
}

/// A Windows security identifier, as Active Directory hands them out.
fn sid(n: u64) -> String {
    format!("S-1-5-21-3623811015-3361044348-30300820-{n}")
}

/// Logins and addresses are plain ASCII: accents go, and so does what is no letter.
fn ascii(name: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'ã' | 'ä' => 'a',
        'é' | 'ë' => 'e',
        'í' => 'i',
        'ñ' | 'ń' => 'n',
        'ó' | 'ö' | 'ø' => 'o',
        'ú' | 'ü' => 'u',
        'ł' => 'l',
        'ş' => 's',
        other => other,
    };
    let letters = name.chars().flat_map(char::to_lowercase).map(plain);
    letters.filter(char::is_ascii_alphabetic).collect()
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or_default()
}

fn date(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_login_and_address_is_unique_and_everybody_has_a_name() {
        let directory = directory();
        let logins: BTreeSet<_> = directory.users().map(|user| &user.user_name).collect();
        let emails: BTreeSet<_> = directory.users().map(|user| &user.email).collect();
        let users = directory.users().count();
        assert_eq!(users, CAST.len() + usize::try_from(CROWD).unwrap());
        assert_eq!((logins.len(), emails.len()), (users, users));
        for user in directory.users() {
            assert!(user.user_name.is_ascii() && user.email.contains('@'), "{user:?}");
            assert!(!user.given_name.is_empty() && !user.family_name.is_empty(), "{user:?}");
            assert!(user.created <= user.modified, "{user:?}");
        }
    }

    #[test]
    fn no_letter_of_a_name_is_lost_on_the_way_to_ascii() {
        for name in GIVEN_NAMES.iter().chain(FAMILY_NAMES) {
            let letters = name.chars().filter(|c| c.is_alphabetic()).count();
            assert_eq!(ascii(name).len(), letters, "{name}");
        }
    }

    #[test]
    fn every_group_of_the_table_exists_and_its_named_members_are_in_it() {
        let directory = directory();
        assert_eq!(directory.groups().count(), GROUPS.len());
        for (group, (name, id, _)) in directory.groups().zip(GROUPS) {
            assert_eq!(group.display_name, *name);
            assert!(id.is_none_or(|id| id == group.id.to_string()), "{name}");
        }
    }

    #[test]
    fn all_types_and_states_occur() {
        let directory = directory();
        let count = |wanted: fn(&User) -> bool| directory.users().filter(|u| wanted(u)).count();
        assert!(count(|user| user.user_type == UserType::Admin) >= 5);
        assert!(count(|user| user.user_type == UserType::Power) >= 80);
        assert!(count(|user| user.user_type == UserType::Standard) >= 60);
        assert!(count(|user| user.auth_type == AuthType::Ad) >= 20);
        assert!(count(|user| !user.active) >= 10);
        assert!(count(|user| user.locked) >= 3);
        assert!(count(|user| user.last_active.is_none()) >= 5);
        assert!(count(|user| user.service_account) == 2);
    }
}
