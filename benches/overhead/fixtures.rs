//! The bodies every contender carries: one user and one page of users, shaped as Egnyte shapes them.
//!
//! They are made once, the same on every run, so that two runs compare.

use serde_json::{Value, json};

/// The user whom the 1 KB workload asks for.
pub const USER_ID: u64 = 12_345_678;
/// The user whose answer the upstream holds back, to stand for Egnyte's own time.
pub const SLOW_USER_ID: u64 = 20_000_000;
/// Users on the page of the 50 KB workload.
pub const PAGE_USERS: usize = 100;

/// Opens the field in which the upstream says how long it held an answer back.
pub const OWN_TIME_MARK: &str = "held-";
/// Digits after the mark, in microseconds: fixed, so that every answer has the same length.
pub const OWN_TIME_DIGITS: usize = 9;

/// `GET /pubapi/v2/users/{id}`: about 1 KB, with groups, as Egnyte answers for a single user.
pub fn user() -> Value {
    let mut user = person(USER_ID, 0);
    let groups: Vec<Value> =
        ["Engineering", "Project Falcon", "Office Berlin", "Data Rooms", "All Staff", "Legal Hold"]
            .iter()
            .enumerate()
            .map(|(index, name)| {
                json!({
                    "displayName": name,
                    "value": format!("{:08x}-1f2e-4d3c-8b4a-5c6d7e8f9a0b", 0x3d1e_6a40 + index),
                })
            })
            .collect();
    if let Some(fields) = user.as_object_mut() {
        fields.insert("groups".to_owned(), Value::Array(groups));
    }
    user
}

/// The slow user: the same length whatever time is told.
pub fn slow_user(own_time_micros: u128) -> Value {
    let mut user = user();
    if let Some(fields) = user.as_object_mut() {
        let told = format!("{OWN_TIME_MARK}{own_time_micros:0OWN_TIME_DIGITS$}");
        fields.insert("externalId".to_owned(), Value::String(told));
    }
    user
}

/// `GET /pubapi/v2/users`: about 50 KB. List items carry no groups.
pub fn page() -> Value {
    let resources: Vec<Value> =
        (0..PAGE_USERS).map(|index| person(USER_ID + index as u64, index)).collect();
    json!({
        "totalResults": PAGE_USERS,
        "itemsPerPage": PAGE_USERS,
        "startIndex": 1,
        "resources": resources,
    })
}

/// `GET /pubapi/v1/userinfo`: what a service may ask for when an account is connected.
pub fn user_info() -> Value {
    json!({ "id": USER_ID, "first_name": "Mira", "last_name": "Okafor", "username": "mira.okafor0000" })
}

/// `GET /pubapi/v1/whoami`: likewise.
pub fn who_am_i() -> Value {
    json!({
        "clientId": "benchmark",
        "username": "mira.okafor0000",
        "domain": "benchmark",
        "scopes": "Egnyte.user Egnyte.group Egnyte.permission Egnyte.filesystem",
    })
}

fn person(id: u64, index: usize) -> Value {
    let login = format!("mira.okafor{index:04}");
    json!({
        "id": id,
        "userName": login,
        "externalId": format!("d-{index:06}"),
        "email": format!("{login}@example.com"),
        "emailChangePending": false,
        "name": { "formatted": "Mira Okafor", "familyName": "Okafor", "givenName": "Mira" },
        "active": true,
        "locked": false,
        "authType": "egnyte",
        "userType": "power",
        "role": "Auditor",
        "idpUserId": null,
        "userPrincipalName": null,
        "createdDate": "2024-02-11T09:30:15Z",
        "lastModificationDate": "2026-08-03T16:04:55Z",
        "lastActiveDate": "2026-11-20T08:12:41Z",
        "expiryDate": null,
        "deleteOnExpiry": false,
        "isServiceAccount": false,
    })
}
