//! Owns the names: the cast, whom demos and tests know personally, and the crowd's name tables.
//! It must never hold logic.

use super::{AuthType, UserType};
use AuthType::{Ad, Egnyte, Sso};
use UserType::{Admin, Power, Standard};

/// One person of the cast.
pub(super) struct Part {
    pub(super) id: u64,
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    pub(super) login: &'static str,
    pub(super) email: &'static str,
    pub(super) user_type: UserType,
    pub(super) auth_type: AuthType,
    pub(super) external_id: Option<&'static str>,
    /// When other than the default role.
    pub(super) role: Option<&'static str>,
    /// When other than the login.
    pub(super) idp_user_id: Option<&'static str>,
    /// Created, modified, last active: when a document says so.
    pub(super) dates: Option<[&'static str; 3]>,
}

const fn part(
    id: u64,
    (given, family): (&'static str, &'static str),
    login: &'static str,
    email: &'static str,
    (user_type, auth_type): (UserType, AuthType),
) -> Part {
    Part {
        id,
        given,
        family,
        login,
        email,
        user_type,
        auth_type,
        external_id: None,
        role: None,
        idp_user_id: None,
        dates: None,
    }
}

/// People with a part to play.
#[rustfmt::skip]
pub(super) const CAST: &[Part] = &[
    // Administrators. The first one owns the access token.
    part(1001, ("Ingrid", "Solberg"), "isolberg", "ingrid.solberg@company.com", (Admin, Sso)),
    part(1002, ("Tomasz", "Wilk"), "twilk", "tomasz.wilk@company.com", (Admin, Sso)),
    part(109_822, ("Rafael", "Okonkwo"), "rokonkwo", "rafael.okonkwo@company.com", (Admin, Sso)),
    // Offboarding: a contractor and an employee, both still active.
    Part {
        external_id: Some("EXT+0999"),
        ..part(99_281, ("Jane", "Smith"), "jane.smith", "jane.smith@external.com", (Power, Egnyte))
    },
    part(88_412, ("Jordan", "Smith"), "jsmith", "jsmith@company.com", (Power, Sso)),
    // Look-ups.
    part(84_920, ("Noor", "Haddad"), "nhaddad", "noor.haddad@acmecorp.com", (Power, Sso)),
    part(41_877, ("Sarah", "Connor"), "sconnor", "sarah.connor@company.com", (Power, Sso)),
    // Executive Financials: thirteen power users and one who slipped in.
    part(2104, ("Amara", "Nwosu"), "anwosu", "amara.nwosu@company.com", (Power, Sso)),
    part(2117, ("Henrik", "Dahl"), "hdahl", "henrik.dahl@company.com", (Power, Sso)),
    part(2131, ("Leilani", "Kealoha"), "lkealoha", "leilani.kealoha@company.com", (Power, Sso)),
    part(2146, ("Mateo", "Villanueva"), "mvillanueva", "mateo.villanueva@company.com", (Power, Sso)),
    part(2158, ("Priyanka", "Deshmukh"), "pdeshmukh", "priyanka.deshmukh@company.com", (Power, Sso)),
    part(2163, ("Owen", "Gallagher"), "ogallagher", "owen.gallagher@company.com", (Power, Sso)),
    part(2179, ("Yuki", "Tanabe"), "ytanabe", "yuki.tanabe@company.com", (Power, Sso)),
    part(2185, ("Fatima", "Benali"), "fbenali", "fatima.benali@company.com", (Power, Sso)),
    part(2192, ("Callum", "Fraser"), "cfraser", "callum.fraser@company.com", (Power, Sso)),
    part(2208, ("Zsófia", "Kertész"), "zkertesz", "zsofia.kertesz@company.com", (Power, Sso)),
    part(2214, ("Thandiwe", "Mokoena"), "tmokoena", "thandiwe.mokoena@company.com", (Power, Sso)),
    part(2227, ("Lucas", "Figueira"), "lfigueira", "lucas.figueira@company.com", (Power, Sso)),
    part(2239, ("Hyejin", "Baek"), "hbaek", "hyejin.baek@company.com", (Power, Sso)),
    part(3012, ("Beatrix", "Wayne"), "bwayne", "b.wayne@company.com", (Standard, Sso)),
    // External Agency: three people, one of them an administrator who should not be.
    part(60_211, ("Milo", "Hartmann"), "mhartmann", "milo@brightpixel.example", (Standard, Egnyte)),
    part(60_212, ("Anouk", "Verbeek"), "averbeek", "anouk@brightpixel.example", (Standard, Egnyte)),
    part(60_213, ("Diego", "Quiroga"), "dquiroga", "diego@brightpixel.example", (Admin, Egnyte)),
    // Machines.
    part(5001, ("Backup", "Service"), "svc.backup", "svc.backup@company.com", (Power, Egnyte)),
    part(5002, ("Data Loss", "Scanner"), "svc.dlp", "svc.dlp@company.com", (Admin, Egnyte)),
    // The two users of Egnyte's own samples.
    Part {
        external_id: Some("S-1-5-21-3623811015-3361044348-30300820-1013"),
        dates: Some([
            "2015-12-22T04:56:07Z",
            "2018-05-10T07:54:54Z",
            "2016-08-10T15:52:07Z",
        ]),
        ..part(12_345_678, ("John", "Miller"), "jmiller", "john.miller@example.com", (Admin, Sso))
    },
    Part {
        external_id: Some("S-1-5-21-3623811015-3361044348-30300820-1014"),
        role: Some("Billing Admin"),
        idp_user_id: Some("barbara.jensen"),
        dates: Some([
            "2016-06-02T01:04:59Z",
            "2018-03-12T04:21:32Z",
            "2016-08-06T19:22:34Z",
        ]),
        ..part(17_654_328, ("Barbara", "Jensen"), "bjensen", "bjensen@example.com", (Power, Sso))
    },
    // The one account that still signs in with Active Directory from the old head office.
    Part {
        external_id: Some("S-1-5-21-3623811015-3361044348-30300820-1101"),
        ..part(1107, ("Bogna", "Cieślar"), "bcieslar", "bogna.cieslar@company.com", (Standard, Ad))
    },
];

/// 60 given names.
#[rustfmt::skip]
pub(super) const GIVEN_NAMES: &[&str] = &[
    "Aaliyah", "Abel", "Adaeze", "Agnieszka", "Aisha", "Alejandro", "Amit", "Ana", "Andrei", "Anh",
    "Astrid", "Ayşe", "Babajide", "Bao", "Björn", "Camille", "Chidi", "Chloé", "Dae", "Darius",
    "Deepa", "Elif", "Emeka", "Esteban", "Farah", "Felix", "Gaëlle", "Giulia", "Hana", "Ibrahim",
    "Ines", "Jamal", "João", "Kaito", "Keisha", "Kofi", "Lakshmi", "Leila", "Linh", "Łukasz",
    "Maeve", "Malik", "Marisol", "Mei", "Nadia", "Nikolai", "Niamh", "Olumide", "Paloma", "Ravi",
    "Rosa", "Samir", "Siobhan", "Søren", "Tariq", "Tendai", "Valentina", "Wei", "Yara", "Zoë",
];

/// 61 family names: a prime, so that the two tables do not step together.
#[rustfmt::skip]
pub(super) const FAMILY_NAMES: &[&str] = &[
    "Abara", "Acheampong", "Agarwal", "Almeida", "Andersson", "Aydin", "Balogun", "Banerjee",
    "Barros", "Bergström", "Bianchi", "Boateng", "Castellanos", "Chaudhry", "Cho", "Costa",
    "Dlamini", "Dubois", "Eriksen", "Fernández", "Fitzgerald", "Fontaine", "García", "Goh",
    "Gupta", "Hassan", "Hoang", "Horvat", "Ito", "Jankowski", "Jansen", "Kaplan", "Kariuki",
    "Khalil", "Kowalczyk", "Kumar", "Lefebvre", "Lindqvist", "MacLeod", "Mahlangu", "Marchetti",
    "Mbeki-Jones", "Moreau", "Müller", "Nakagawa", "Ngata", "Nguyen", "Núñez", "O'Donnell",
    "Okafor", "Park", "Petrov", "Ramos", "Rossi", "Sato", "Schäfer", "Silva", "Tan", "Tesfaye",
    "Yamada", "Zhou",
];
