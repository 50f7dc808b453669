//! Owns the table of groups and who belongs to each.
//! It must never hold logic, nor name a group twice.

/// Who belongs to a group; the listed ids always do.
pub(super) enum Members {
    /// Nobody else.
    Only(&'static [u64]),
    /// The crowd's members of a team.
    Team(&'static str, &'static [u64]),
    /// The crowd's members at an office.
    Office(&'static str, &'static [u64]),
    /// One in so many employees.
    Some(u64, &'static [u64]),
    /// One in so many contractors.
    Contractors(u64, &'static [u64]),
}

use Members::{Contractors, Office, Only, Some, Team};

/// Teams: every employee of the crowd is in one.
#[rustfmt::skip]
pub(super) const TEAMS: &[&str] = &[
    "Accounts Payable", "Brand and Design", "Customer Success", "Data Science", "Engineering",
    "Facilities", "Finance Operations", "Human Resources", "Information Security", "Legal",
    "Marketing Team", "Mobile Engineering", "Platform Engineering", "Procurement",
    "Product Management", "Quality Assurance", "Research", "Sales Americas", "Sales APAC",
    "Sales EMEA", "Support",
];

/// Offices: every employee of the crowd is at one.
pub(super) const OFFICES: &[&str] =
    &["Lisbon Office", "London Office", "Singapore Office", "Toronto Office", "Warsaw Office"];

/// An id, when a document gives one.
type KnownId = Option<&'static str>;

const MARKETING: KnownId = KnownId::Some("1ee2e04c-bdde-42ee-ae07-c3aad375f6da");
const ALPHA: KnownId = KnownId::Some("9125a8dc-52ee-365b-a5aa-81b0b3681cf6");

/// All groups, oldest first.
pub(super) const GROUPS: &[(&str, KnownId, Members)] = &[
    ("Marketing Team", MARKETING, Team("Marketing Team", &[12_345_678, 88_412])),
    ("Project Alpha", ALPHA, Some(9, &[12_345_678, 41_877, 17_654_328])),
    // Named in the audits and offboardings that demos replay.
    ("Executive Financials", None, Only(EXECUTIVES)),
    ("External Agency", None, Only(&[60_211, 60_212, 60_213])),
    ("External Contractors", None, Contractors(2, &[99_281])),
    ("External Engineering", None, Contractors(3, &[99_281])),
    ("Engineering Contractors", None, Contractors(4, &[])),
    ("Privileged Repository Access", None, Only(&[1001, 109_822, 41_877, 99_281])),
    ("Finance Operations", None, Team("Finance Operations", &[84_920, 88_412, 2104])),
    ("Finance Leads", None, Only(&[84_920, 2104, 2158, 2227, 17_654_328])),
    // Teams.
    ("Accounts Payable", None, Team("Accounts Payable", &[17_654_328])),
    ("Brand and Design", None, Team("Brand and Design", &[])),
    ("Customer Success", None, Team("Customer Success", &[])),
    ("Data Science", None, Team("Data Science", &[])),
    ("Engineering", None, Team("Engineering", &[41_877])),
    ("Facilities", None, Team("Facilities", &[1107])),
    ("Human Resources", None, Team("Human Resources", &[2131])),
    ("Information Security", None, Team("Information Security", &[41_877, 5002])),
    ("Legal", None, Team("Legal", &[2163])),
    ("Mobile Engineering", None, Team("Mobile Engineering", &[])),
    ("Platform Engineering", None, Team("Platform Engineering", &[])),
    ("Procurement", None, Team("Procurement", &[])),
    ("Product Management", None, Team("Product Management", &[2179])),
    ("Quality Assurance", None, Team("Quality Assurance", &[])),
    ("Research", None, Team("Research", &[])),
    ("Sales Americas", None, Team("Sales Americas", &[])),
    ("Sales APAC", None, Team("Sales APAC", &[])),
    ("Sales EMEA", None, Team("Sales EMEA", &[2117])),
    ("Support", None, Team("Support", &[])),
    // Offices.
    ("Lisbon Office", None, Office("Lisbon Office", &[2227])),
    ("London Office", None, Office("London Office", &[88_412, 2163])),
    ("Singapore Office", None, Office("Singapore Office", &[2179])),
    ("Toronto Office", None, Office("Toronto Office", &[41_877])),
    ("Warsaw Office", None, Office("Warsaw Office", &[1002, 1107])),
    // Across teams.
    ("Board Liaison", None, Only(&[2104, 2117, 2214])),
    ("Executive Assistants", None, Only(&[3012, 1107])),
    ("IT Administrators", None, Only(&[1001, 1002, 109_822])),
    ("Backup Operators", None, Only(&[1002, 5001])),
    ("External Auditors", None, Contractors(7, &[])),
    ("Budget Owners", None, Some(8, &[2104, 84_920])),
    ("First Aiders", None, Some(12, &[])),
    ("Mentors", None, Some(10, &[2192])),
    ("Merger Data Room", None, Only(&[2104, 2163, 2208, 41_877])),
    ("Project Borealis", None, Some(7, &[88_412])),
    ("Project Cinder", None, Some(11, &[])),
    ("R&D \"Skunkworks\"", None, Some(20, &[])),
    ("Travel Approvers", None, Some(15, &[2239])),
    // Nobody is left in it.
    ("Legacy Contractor Archive", None, Only(&[])),
];

/// Fourteen members, thirteen of them power users.
#[rustfmt::skip]
const EXECUTIVES: &[u64] = &[
    2104, 2117, 2131, 2146, 2158, 2163, 2179, 2185, 2192, 2208, 2214, 2227, 2239, 3012,
];
