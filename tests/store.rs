//! The store, from outside: what is acknowledged lasts, lists are stable, conflicts are noticed.

// A test's helpers are tests too.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::MetadataExt;
use std::process::Command;

use egnyte_mcp::catalog::ServerConfig;
use egnyte_mcp::crypto::{Keyring, Sealed};
use egnyte_mcp::egnyte::Domain;
use egnyte_mcp::store::{
    Account, AccountStatus, AuthenticationMethod, Credentials, NewAccount, NewServer, Page,
    Standing, Store, StoreError, new_id,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn sealed(account_id: &str) -> Sealed {
    let credentials = Credentials::access_token("canary".into());
    credentials.seal(&Keyring::generate().unwrap(), account_id).unwrap()
}

async fn store() -> (Store, TempDir) {
    let home = tempfile::tempdir().unwrap();
    (Store::open_dir(home.path()).await.unwrap(), home)
}

async fn account(store: &Store, second: i64) -> Account {
    let id = new_id();
    let new = NewAccount {
        name: "Acme".into(),
        domain: Domain::parse("acme").unwrap(),
        authentication_method: AuthenticationMethod::AccessToken,
        status: AccountStatus::Active,
        credentials: Some(sealed(&id)),
        id,
    };
    store.accounts().create(new, at(second)).await.unwrap()
}

fn server_of(account_id: &str) -> NewServer {
    NewServer {
        id: new_id(),
        integrated_account_id: account_id.to_owned(),
        name: "People".into(),
        config: ServerConfig { methods: Some(vec!["read".into()]), ..ServerConfig::default() },
        expires_at: Some(at(9_000)),
    }
}

#[tokio::test]
async fn records_come_back_as_they_were_stored() {
    let (store, _home) = store().await;
    let mut account = account(&store, 1).await;
    assert_eq!((account.status, account.credentials_version), (AccountStatus::Active, 1));
    account.status = AccountStatus::NeedsReauth;
    account.last_error = Some("Egnyte said no".into());
    account.replace_credentials(sealed(&account.id));
    let updated = store.accounts().update(&account, at(2)).await.unwrap();
    assert_eq!(updated.last_error.as_deref(), Some("Egnyte said no"));
    assert_eq!((updated.credentials_version, updated.updated_at), (2, at(2)));
    assert_eq!(updated.credentials, account.credentials);

    let server = store.servers().create(server_of(&account.id), at(3)).await.unwrap();
    assert_eq!(server.config.methods, Some(vec!["read".into()]));
    assert_eq!((server.generation, server.expires_at), (1, Some(at(9_000))));
    assert_eq!((server.last_used_at, server.previous_generation_until), (None, None));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let (store, home) = store().await;
    let account = account(&store, 1).await;
    let kept = store.servers().create(server_of(&account.id), at(2)).await.unwrap();
    let revoked = store.servers().create(server_of(&account.id), at(2)).await.unwrap();
    store.servers().revoke(&revoked.id, at(3)).await.unwrap();
    let (_, secret) = store.api_tokens().create("ci", at(3)).await.unwrap();

    // A copy of the files of a store that is still open is what a killed process leaves behind.
    let left = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-a").arg(home.path().join(".")).arg(left.path()).status();
    assert!(copied.unwrap().success());
    let after = Store::open_dir(left.path()).await.unwrap();
    assert_eq!(after.accounts().get(&account.id).await.unwrap().name, "Acme");
    assert_eq!(after.servers().get(&kept.id).await.unwrap().id, kept.id);
    let standing = after.servers().standing(&revoked.id).await.unwrap();
    assert!(matches!(standing, Standing::Revoked { at: Some(time) } if time == at(3)));
    assert!(after.api_tokens().verify(secret.expose(), at(4)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_transfer_link_is_used_once_whoever_asks() {
    let (store, home) = store().await;
    let other = Store::open_dir(home.path()).await.unwrap();
    let (ends, id) = (at(600), "one");
    let used = async |store: &Store, id: &str, now| {
        store.transfers().use_once(id, ends, at(now)).await.unwrap()
    };
    assert!(used(&store, id, 1).await);
    assert!(!used(&other, id, 1).await, "in another process");
    assert!(used(&other, "two", 1).await);
    assert!(!used(&store, id, 700).await, "shortly after it has ended");
    assert!(used(&store, id, 600 + 3_601).await, "forgotten when it has long ended");
}

#[tokio::test]
async fn only_the_owner_can_read_the_database_files() {
    let (store, home) = store().await;
    account(&store, 1).await;
    let files: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "the database and its log");
    for file in files {
        assert_eq!(file.metadata().unwrap().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn opening_at_the_same_moment_migrates_once() {
    let home = tempfile::tempdir().unwrap();
    let opens: Vec<_> = (0..6)
        .map(|_| {
            let dir = home.path().to_owned();
            tokio::spawn(async move { Store::open_dir(&dir).await.map(drop) })
        })
        .collect();
    for open in opens {
        open.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_database_url_names_a_file_and_is_never_shown() {
    let home = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/a b.db?mode=rwc", home.path().display());
    account(&Store::open_url(&url).await.unwrap(), 1).await;
    assert!(home.path().join("a b.db").exists());

    let error = Store::open_url("mysql://root:hunter2@db/x").await.unwrap_err();
    assert!(matches!(error, StoreError::Unsupported));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_change_to_what_somebody_else_changed_is_a_conflict() {
    let (store, _home) = store().await;
    let account = account(&store, 1).await;
    // The clock stands still: versions are told apart all the same.
    store.accounts().update(&account, at(1)).await.unwrap();
    let error = store.accounts().update(&account, at(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { .. }), "{error}");

    let server = store.servers().create(server_of(&account.id), at(1)).await.unwrap();
    store.servers().rotate(&server.id, at(1), at(1)).await.unwrap();
    let error = store.servers().update(&server, at(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { .. }), "{error}");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (store, _home) = store().await;
    let gone = Account { id: "gone".into(), ..account(&store, 1).await };
    let errors = [
        store.accounts().get("gone").await.unwrap_err(),
        store.accounts().update(&gone, at(1)).await.unwrap_err(),
        store.accounts().delete("gone", at(1)).await.unwrap_err(),
        store.servers().get("gone").await.unwrap_err(),
        store.servers().create(server_of("gone"), at(1)).await.unwrap_err(),
        store.servers().rotate("gone", at(1), at(1)).await.unwrap_err(),
        store.servers().revoke("gone", at(1)).await.unwrap_err(),
        store.api_tokens().revoke("gone", at(1)).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    }
}

#[tokio::test]
async fn deleting_an_account_leaves_only_when_its_servers_ended() {
    let (store, _home) = store().await;
    let account = account(&store, 1).await;
    let server = store.servers().create(server_of(&account.id), at(1)).await.unwrap();
    store.accounts().delete(&account.id, at(5)).await.unwrap();
    assert!(store.servers().get(&server.id).await.is_err());
    let listing = store.servers().list(&account.id, &Page::default()).await.unwrap();
    assert!(listing.result.is_empty());
    let standing = store.servers().standing(&server.id).await.unwrap();
    assert!(matches!(standing, Standing::Revoked { at: Some(time) } if time == at(5)));
}

#[tokio::test]
async fn pages_show_every_record_once_even_when_many_are_of_the_same_moment() {
    let (store, _home) = store().await;
    let mut made = Vec::new();
    for i in 0..25 {
        let account = account(&store, i / 10).await;
        made.push((account.created_at, account.id));
    }
    made.sort();
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = Page::new(Some(7), cursor.as_deref()).unwrap();
        let listing = store.accounts().list(&page).await.unwrap();
        assert!(listing.result.len() <= 7);
        seen.extend(listing.result.into_iter().map(|account| (account.created_at, account.id)));
        cursor = listing.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[test]
fn a_cursor_that_no_list_gave_out_is_refused() {
    for cursor in ["", "%", "bm8tY29sb24", "eDp5"] {
        assert!(matches!(Page::new(None, Some(cursor)), Err(StoreError::Cursor)), "{cursor}");
    }
}

#[tokio::test]
async fn an_api_token_works_until_it_is_revoked_and_is_not_in_the_database() {
    let (store, home) = store().await;
    let (token, secret) = store.api_tokens().create("ci", at(1)).await.unwrap();
    assert!(secret.expose().starts_with("egk_"));
    for file in std::fs::read_dir(home.path()).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        let needle = secret.expose().as_bytes();
        assert!(!content.windows(needle.len()).any(|window| window == needle));
    }
    assert!(store.api_tokens().verify("egk_wrong", at(2)).await.unwrap().is_none());
    let verified = store.api_tokens().verify(secret.expose(), at(2)).await.unwrap().unwrap();
    assert_eq!(verified.id, token.id);

    store.api_tokens().revoke(&token.id, at(3)).await.unwrap();
    store.api_tokens().revoke(&token.id, at(4)).await.unwrap();
    assert!(store.api_tokens().verify(secret.expose(), at(4)).await.unwrap().is_none());
    let listing = store.api_tokens().list(&Page::default()).await.unwrap();
    assert_eq!(listing.result[0].revoked_at, Some(at(3)));
    assert_eq!(listing.result[0].last_used_at, Some(at(2)));
}

#[tokio::test]
async fn noting_uses_keeps_the_latest() {
    let (store, _home) = store().await;
    let account = account(&store, 1).await;
    let server = store.servers().create(server_of(&account.id), at(1)).await.unwrap();
    let uses = [(server.id.clone(), at(8)), (server.id.clone(), at(6)), ("gone".into(), at(9))];
    store.servers().touch(&uses).await.unwrap();
    let server = store.servers().get(&server.id).await.unwrap();
    assert_eq!((server.last_used_at, server.updated_at), (Some(at(8)), at(1)));
}
