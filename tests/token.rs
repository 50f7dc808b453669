//! The minted URL's secret, from outside: what can be read from it, what is refused, and how soon
//! a change holds.

// A test's helpers are tests too.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use egnyte_mcp::catalog::ServerConfig;
use egnyte_mcp::clock::Clock;
use egnyte_mcp::crypto::{Keyring, Secret};
use egnyte_mcp::egnyte::{Domain, EgnyteUrl};
use egnyte_mcp::store::{
    AccountStatus, AuthenticationMethod, Credentials, McpServer, NewAccount, NewServer, Store,
};
use egnyte_mcp::token::{Grants, MintError, MintRequest, Refusal, TokenError, mint, verify};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// As long as Egnyte's access tokens are: 68 characters.
const ACCESS_TOKEN: &str = "egnytecanaryegnytecanaryegnytecanaryegnytecanaryegnytecanaryegnyteca";
const ACCOUNT: &str = "7f0c1d7e-52f3-4a53-9c0e-6d5b1f0a9e11";
const SERVER: &str = "0b9a3c52-8e4f-4c1a-b7d6-2f1e0d9c8b7a";

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn in_seconds(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn ring() -> Keyring {
    Keyring::generate().unwrap()
}

fn ordinary_config() -> ServerConfig {
    ServerConfig {
        methods: Some(vec!["read".into()]),
        tags: Some(vec!["users".into(), "groups".into()]),
        ..ServerConfig::default()
    }
}

struct Mint<'a> {
    account: &'a str,
    server: &'a str,
    generation: i64,
    config: ServerConfig,
    expires_at: Option<Timestamp>,
}

impl Default for Mint<'_> {
    fn default() -> Self {
        Self {
            account: ACCOUNT,
            server: SERVER,
            generation: 1,
            config: ordinary_config(),
            expires_at: Some(in_seconds(3600)),
        }
    }
}

impl Mint<'_> {
    fn try_with(self, ring: &Keyring) -> Result<Secret, MintError> {
        let request = MintRequest {
            account_id: self.account,
            server_id: self.server,
            generation: self.generation,
            domain: &Domain::parse("acme").unwrap(),
            access_token: &ACCESS_TOKEN.into(),
            credentials_version: 1,
            config: &self.config,
            issued_at: now(),
            expires_at: self.expires_at,
        };
        mint(ring, &request)
    }

    fn with(self, ring: &Keyring) -> String {
        self.try_with(ring).unwrap().expose().to_owned()
    }
}

/// Header, claims and signature of a token.
fn parts(token: &str) -> (Value, Value, Vec<u8>) {
    let jwt = token.strip_prefix("egm_").unwrap();
    let parts: Vec<Vec<u8>> =
        jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!(parts.len(), 3);
    let json = |part: &[u8]| serde_json::from_slice(part).unwrap();
    (json(&parts[0]), json(&parts[1]), parts[2].clone())
}

/// Signs claims with the ring's own key: what somebody could do who has the signing key only.
fn resign(ring: &Keyring, header: &Header, claims: &Value) -> String {
    let key = ring.derive(header.kid.as_ref().unwrap(), &["token signature"]).unwrap();
    let key = EncodingKey::from_secret(key.as_slice());
    format!("egm_{}", jsonwebtoken::encode(header, claims, &key).unwrap())
}

fn header(ring: &Keyring, algorithm: Algorithm) -> Header {
    Header { kid: Some(ring.active().id().to_owned()), ..Header::new(algorithm) }
}

fn assert_unknown(ring: &Keyring, token: &str, why: &str) {
    assert_eq!(verify(ring, token).unwrap_err(), TokenError::Unknown, "{why}");
}

// What is in it

#[test]
fn taking_a_token_apart_does_not_show_the_access_token() {
    let ring = ring();
    let token = Mint::default().with(&ring);
    let (head, claims, signature) = parts(&token);
    assert_eq!(head, json!({"typ": "JWT", "alg": "HS256", "kid": ring.active().id()}));
    assert_eq!((claims["sub"].as_str(), claims["jti"].as_str()), (Some(ACCOUNT), Some(SERVER)));
    assert_eq!(claims["cfg"], json!({"m": ["read"], "t": ["users", "groups"]}));

    let sealed = URL_SAFE_NO_PAD.decode(claims["cred"].as_str().unwrap()).unwrap();
    let encoded = URL_SAFE_NO_PAD.encode(ACCESS_TOKEN);
    for layer in [token.as_bytes(), claims.to_string().as_bytes(), &sealed, &signature] {
        for canary in ["egnytecanary", "acme.egnyte", &encoded[..12]] {
            assert!(!layer.windows(canary.len()).any(|window| window == canary.as_bytes()));
        }
    }
    assert_eq!(verify(&ring, &token).unwrap().access_token.expose(), ACCESS_TOKEN);
}

#[test]
fn a_verified_token_says_what_was_minted() {
    let ring = ring();
    let verified = verify(&ring, &Mint::default().with(&ring)).unwrap();
    assert_eq!((verified.account_id.as_str(), verified.server_id.as_str()), (ACCOUNT, SERVER));
    assert_eq!((verified.generation, verified.credentials_version), (1, 1));
    assert_eq!(verified.config, ordinary_config());
    assert_eq!(verified.domain.host(), "acme.egnyte.com");
    assert_eq!((verified.issued_at, verified.expires_at), (now(), Some(in_seconds(3600))));
    assert!(!format!("{verified:?}").contains("egnytecanary"));
}

#[test]
fn a_url_with_ordinary_filters_stays_under_a_thousand_characters() {
    let token = Mint::default().with(&ring());
    let url = format!("https://egnyte-mcp.intranet.example.com/mcp/{token}/sse");
    assert!(token.len() < 720, "{}", token.len());
    assert!(url.len() < 800, "{}", url.len());
}

#[test]
fn a_filter_too_long_for_a_url_is_refused_with_the_reason() {
    let tools = (0..40).map(|i| format!("list_all_egnyte_things_{i}")).collect();
    let config = ServerConfig { tools: Some(tools), ..ServerConfig::default() };
    let error = Mint { config, ..Mint::default() }.try_with(&ring()).unwrap_err();
    assert!(matches!(error, MintError::TooLong { .. }));
    assert!(error.to_string().contains("Name fewer tools"), "{error}");
}

// What is refused

#[test]
fn every_flipped_bit_is_refused() {
    let ring = ring();
    let token = Mint::default().with(&ring);
    for bit in 0..token.len() * 8 {
        let mut bytes = token.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // A flipped top bit is no longer text and never gets this far.
        if let Ok(changed) = String::from_utf8(bytes) {
            assert_unknown(&ring, &changed, &format!("bit {bit}"));
        }
    }
}

#[test]
fn another_ring_or_a_swapped_key_id_is_refused() {
    let token = Mint::default().with(&ring());
    assert_unknown(&ring(), &token, "another ring");

    let home = tempfile::tempdir().unwrap();
    let old = Keyring::open_or_create(home.path()).unwrap();
    let new = Keyring::rotate(home.path()).unwrap();
    let (_, claims, _) = parts(&Mint::default().with(&old));
    let swapped = resign(&new, &header(&new, Algorithm::HS256), &claims);
    assert_unknown(&new, &swapped, "claims of the old key, properly signed with the new one");
}

#[test]
fn other_algorithms_are_refused_even_with_the_right_key() {
    let ring = ring();
    let (_, claims, signature) = parts(&Mint::default().with(&ring));
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_unknown(&ring, &resign(&ring, &header(&ring, algorithm), &claims), "longer HMAC");
    }
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    let signature = URL_SAFE_NO_PAD.encode(signature);
    for algorithm in ["none", "None", "RS256", "ES256", "HS384", ""] {
        let head = json!({"typ": "JWT", "alg": algorithm, "kid": ring.active().id()});
        let head = URL_SAFE_NO_PAD.encode(head.to_string());
        for signature in [signature.as_str(), ""] {
            assert_unknown(&ring, &format!("egm_{head}.{claims}.{signature}"), algorithm);
        }
    }
}

#[test]
fn the_sealed_part_opens_only_in_its_own_token() {
    let ring = ring();
    let head = header(&ring, Algorithm::HS256);
    let (_, ours, _) = parts(&Mint::default().with(&ring));
    assert!(verify(&ring, &resign(&ring, &head, &ours)).is_ok(), "signed again as it was");

    let others = [
        Mint { account: "another-account", ..Mint::default() },
        Mint { server: "another-server", ..Mint::default() },
        Mint { generation: 2, ..Mint::default() },
    ];
    for other in others {
        let (_, mut claims, _) = parts(&other.with(&ring));
        claims["cred"] = ours["cred"].clone();
        assert_unknown(&ring, &resign(&ring, &head, &claims), "a sealed part was moved");
    }
}

#[test]
fn claims_that_are_missing_added_or_of_another_type_are_refused() {
    let ring = ring();
    let head = header(&ring, Algorithm::HS256);
    let (_, claims, _) = parts(&Mint::default().with(&ring));
    for name in ["sub", "jti", "gen", "iat", "cred"] {
        let mut changed = claims.clone();
        changed.as_object_mut().unwrap().remove(name);
        assert_unknown(&ring, &resign(&ring, &head, &changed), name);
    }
    let additions = [
        ("aud", json!("x")),
        ("exp", json!("soon")),
        ("exp", json!(i64::MAX)),
        ("cfg", json!({"unknown": 1})),
    ];
    for (name, value) in additions {
        let mut changed = claims.clone();
        changed[name] = value;
        assert_unknown(&ring, &resign(&ring, &head, &changed), name);
    }
}

#[test]
fn tokens_of_a_rotated_key_stay_good() {
    let home = tempfile::tempdir().unwrap();
    let token = Mint::default().with(&Keyring::open_or_create(home.path()).unwrap());
    Keyring::rotate(home.path()).unwrap();
    assert!(verify(&Keyring::open_or_create(home.path()).unwrap(), &token).is_ok());
}

// Without a database

#[tokio::test]
async fn another_process_with_only_the_key_ring_serves_the_same_token() {
    let home = tempfile::tempdir().unwrap();
    let token = Mint::default().with(&Keyring::open_or_create(home.path()).unwrap());
    let other = Keyring::open_or_create(home.path()).unwrap();
    let grant = Grants::stateless(other, EgnyteUrl::default(), Clock::fixed(now()))
        .grant(&token)
        .await
        .unwrap();
    assert_eq!(grant.access_token.expose(), ACCESS_TOKEN);
    assert_eq!(grant.config, ordinary_config());
    assert_eq!(grant.server_name, None);
}

#[tokio::test]
async fn expiry_holds_to_the_second_for_cached_grants_too() {
    let (ring, clock) = (ring(), Clock::fixed(now()));
    let grants = Grants::stateless(ring.clone(), EgnyteUrl::default(), clock.clone());
    let token = Mint::default().with(&ring);
    clock.set(in_seconds(3599));
    assert!(grants.grant(&token).await.is_ok());
    clock.set(in_seconds(3600));
    let refusal = grants.grant(&token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Expired { at } if at == in_seconds(3600)));
}

#[tokio::test]
async fn what_was_not_minted_here_is_unknown() {
    let grants = Grants::stateless(ring(), EgnyteUrl::default(), Clock::fixed(now()));
    let foreign = Mint::default().with(&ring());
    for token in ["", "egm_x", &foreign, &"a".repeat(100_000)] {
        assert!(matches!(grants.grant(token).await, Err(Refusal::Unknown)));
    }
}

// With a database

/// A data directory with one account, one server and its token, and a clock that stands still.
struct House {
    home: TempDir,
    ring: Keyring,
    store: Store,
    clock: Clock,
    grants: Grants,
    server: McpServer,
    token: String,
}

impl House {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let ring = Keyring::open_or_create(home.path()).unwrap();
        let store = Store::open_dir(home.path()).await.unwrap();
        let clock = Clock::fixed(now());
        let credentials = Credentials::access_token(ACCESS_TOKEN.into());
        let account = NewAccount {
            id: ACCOUNT.into(),
            name: "Acme".into(),
            domain: Domain::parse("acme").unwrap(),
            authentication_method: AuthenticationMethod::AccessToken,
            status: AccountStatus::Active,
            credentials: Some(credentials.seal(&ring, ACCOUNT).unwrap()),
        };
        store.accounts().create(account, now()).await.unwrap();
        let server = NewServer {
            id: SERVER.into(),
            integrated_account_id: ACCOUNT.into(),
            name: "People".into(),
            config: ordinary_config(),
            expires_at: None,
        };
        let server = store.servers().create(server, now()).await.unwrap();
        let token = Mint { expires_at: None, ..Mint::default() }.with(&ring);
        let grants =
            Grants::with_store(ring.clone(), store.clone(), EgnyteUrl::default(), clock.clone());
        Self { home, ring, store, clock, grants, server, token }
    }

    /// Another replica: its own connections, its own cache.
    async fn replica(&self) -> Grants {
        let store = Store::open_dir(self.home.path()).await.unwrap();
        Grants::with_store(self.ring.clone(), store, EgnyteUrl::default(), self.clock.clone())
    }

    /// Ends the server in a minute.
    async fn expire_in_a_minute(&self) -> McpServer {
        let server = McpServer { expires_at: Some(in_seconds(60)), ..self.server.clone() };
        self.store.servers().update(&server, now()).await.unwrap()
    }

    async fn revoke(&self) {
        self.store.servers().revoke(SERVER, now()).await.unwrap();
    }
}

fn watch(grants: &Grants) -> (JoinHandle<()>, CancellationToken) {
    let (grants, shutdown) = (grants.clone(), CancellationToken::new());
    let until = shutdown.clone();
    (tokio::spawn(async move { grants.watch(until).await }), shutdown)
}

#[tokio::test]
async fn the_record_wins_over_the_token() {
    let house = House::new().await;
    let mut account = house.store.accounts().get(ACCOUNT).await.unwrap();
    let refreshed = Credentials::access_token("refreshed".into());
    account.replace_credentials(refreshed.seal(&house.ring, ACCOUNT).unwrap());
    account.domain = Domain::parse("acme-new").unwrap();
    account.status = AccountStatus::NeedsReauth;
    house.store.accounts().update(&account, now()).await.unwrap();
    let mut server = house.server.clone();
    server.name = "Readers".into();
    server.config = ServerConfig::default();
    server.expires_at = Some(in_seconds(60));
    house.store.servers().update(&server, now()).await.unwrap();

    let grant = house.grants.grant(&house.token).await.unwrap();
    assert_eq!(grant.server_name.as_deref(), Some("Readers"));
    assert_eq!(grant.config, ServerConfig::default());
    assert_eq!(grant.expires_at, Some(in_seconds(60)));
    assert_eq!(grant.access_token.expose(), "refreshed");
    assert_eq!(grant.domain.host(), "acme-new.egnyte.com");
    assert_eq!(grant.credentials_version, 2);
    assert_eq!(grant.account_status, Some(AccountStatus::NeedsReauth));
}

#[tokio::test]
async fn a_change_is_seen_by_the_next_request_and_leaves_streams_alone() {
    let house = House::new().await;
    let grant = house.grants.grant(&house.token).await.unwrap();
    let _stream = house.grants.stream(&grant);
    let server = McpServer { config: ServerConfig::default(), ..house.server.clone() };
    house.store.servers().update(&server, now()).await.unwrap();
    house.grants.invalidate_server(SERVER).await;
    let after = house.grants.grant(&house.token).await.unwrap();
    assert_eq!(after.config, ServerConfig::default());
    assert!(!grant.ended().is_cancelled() && !after.ended().is_cancelled());
}

#[tokio::test]
async fn a_revocation_holds_at_once_and_ends_open_streams() {
    let house = House::new().await;
    let grant = house.grants.grant(&house.token).await.unwrap();
    let _stream = house.grants.stream(&grant);
    house.revoke().await;
    let begun = Instant::now();
    house.grants.invalidate_server(SERVER).await;
    assert!(grant.ended().is_cancelled());
    let refusal = house.grants.grant(&house.token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Revoked { at: Some(at) } if at == now()));
    assert!(begun.elapsed() < Duration::from_millis(50), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn deleting_the_account_revokes_its_servers() {
    let house = House::new().await;
    let grant = house.grants.grant(&house.token).await.unwrap();
    house.store.accounts().delete(ACCOUNT, in_seconds(5)).await.unwrap();
    house.grants.invalidate_account(ACCOUNT).await;
    assert!(grant.ended().is_cancelled());
    let refusal = house.grants.grant(&house.token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Revoked { at: Some(at) } if at == in_seconds(5)));
}

#[tokio::test]
async fn a_genuine_token_without_a_record_is_revoked() {
    let house = House::new().await;
    let token = Mint { server: "minted-elsewhere", ..Mint::default() }.with(&house.ring);
    let refusal = house.grants.grant(&token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Revoked { at: None }));
}

#[tokio::test]
async fn a_revocation_by_another_replica_holds_within_a_second() {
    let house = House::new().await;
    let replica = house.replica().await;
    let (watching, shutdown) = watch(&replica);
    let grant = replica.grant(&house.token).await.unwrap();
    let _stream = replica.stream(&grant);
    house.revoke().await;
    let ended = async {
        grant.ended().cancelled().await;
        while !matches!(replica.grant(&house.token).await, Err(Refusal::Revoked { .. })) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(1), ended).await.unwrap();
    shutdown.cancel();
    watching.await.unwrap();
}

#[tokio::test]
async fn a_stream_ends_when_its_server_expires() {
    let house = House::new().await;
    house.expire_in_a_minute().await;
    let (watching, shutdown) = watch(&house.grants);
    let grant = house.grants.grant(&house.token).await.unwrap();
    let _stream = house.grants.stream(&grant);
    house.clock.set(in_seconds(60));
    timeout(Duration::from_secs(1), grant.ended().cancelled()).await.unwrap();
    let refusal = house.grants.grant(&house.token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Expired { .. }));
    shutdown.cancel();
    watching.await.unwrap();
}

#[tokio::test]
async fn a_server_whose_expiry_was_moved_works_again_with_new_streams() {
    let house = House::new().await;
    let server = house.expire_in_a_minute().await;
    let before = house.grants.grant(&house.token).await.unwrap();
    house.clock.set(in_seconds(61));
    house.grants.invalidate_server(SERVER).await;
    assert!(before.ended().is_cancelled());

    let server = McpServer { expires_at: Some(in_seconds(3600)), ..server };
    house.store.servers().update(&server, now()).await.unwrap();
    house.grants.invalidate_server(SERVER).await;
    assert!(!house.grants.grant(&house.token).await.unwrap().ended().is_cancelled());
}

#[tokio::test]
async fn after_a_rotation_the_old_url_lives_as_long_as_the_overlap() {
    let house = House::new().await;
    let rotated = house.store.servers().rotate(SERVER, in_seconds(30), now()).await.unwrap();
    house.grants.invalidate_server(SERVER).await;
    let next = Mint { generation: rotated.generation, ..Mint::default() }.with(&house.ring);
    assert!(house.grants.grant(&house.token).await.is_ok());
    assert!(house.grants.grant(&next).await.is_ok());

    house.clock.set(in_seconds(30));
    let refusal = house.grants.grant(&house.token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Revoked { at: Some(at) } if at == in_seconds(30)));
    assert!(house.grants.grant(&next).await.is_ok());
}

#[tokio::test]
async fn a_second_rotation_ends_the_oldest_url_at_once() {
    let house = House::new().await;
    let grant = house.grants.grant(&house.token).await.unwrap();
    for _ in 0..2 {
        house.store.servers().rotate(SERVER, in_seconds(30), now()).await.unwrap();
    }
    house.grants.invalidate_server(SERVER).await;
    assert!(grant.ended().is_cancelled());
    let refusal = house.grants.grant(&house.token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Revoked { at: None }));
}

#[tokio::test]
async fn a_database_that_cannot_be_read_allows_nothing() {
    let house = House::new().await;
    assert!(house.grants.grant(&house.token).await.is_ok());
    house.store.close().await;
    house.grants.invalidate_server(SERVER).await;
    let refusal = house.grants.grant(&house.token).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Unavailable(_)));
    let forged = house.grants.grant(&format!("{}x", house.token)).await.unwrap_err();
    assert!(matches!(forged, Refusal::Unknown));
}

#[tokio::test]
async fn requests_that_arrive_together_share_one_grant() {
    let house = House::new().await;
    let asks: Vec<_> = (0..20)
        .map(|_| {
            let (grants, token) = (house.grants.clone(), house.token.clone());
            tokio::spawn(async move { grants.grant(&token).await.unwrap() })
        })
        .collect();
    let mut shared = Vec::new();
    for ask in asks {
        shared.push(ask.await.unwrap());
    }
    assert!(shared.iter().all(|grant| Arc::ptr_eq(grant, &shared[0])));
}

#[tokio::test]
async fn uses_are_written_down_in_a_batch_and_not_per_call() {
    let house = House::new().await;
    house.clock.set(in_seconds(7));
    house.grants.grant(&house.token).await.unwrap();
    assert_eq!(house.store.servers().get(SERVER).await.unwrap().last_used_at, None);
    house.grants.write_uses().await;
    let used_at = house.store.servers().get(SERVER).await.unwrap().last_used_at;
    assert_eq!(used_at, Some(in_seconds(7)));
}

#[tokio::test]
async fn credentials_lie_in_no_file_of_the_data_directory() {
    let house = House::new().await;
    for file in std::fs::read_dir(house.home.path()).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!content.windows(12).any(|window| window == b"egnytecanary"));
    }
}
