//! The house rules of `src`, read from the source itself: who may import whom, who may touch the
//! network, the database and HTTP frameworks, and what may stand nowhere.

// A test's helpers are tests too.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file of `src`.
struct Source {
    /// Relative to `src`, such as `mcp/transport/gate.rs`.
    path: String,
    text: String,
}

/// One token that matters: an identifier, a punctuation mark, a bracket or a literal.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    line: usize,
    is_literal: bool,
}

/// A name of the standard or a foreign library, and the only places that may say it.
struct Reserved {
    names: &'static [&'static str],
    places: &'static [&'static str],
    why: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved { names: &["sqlx"], places: &["store.rs", "store/"], why: "only `store` speaks SQL" },
    Reserved {
        names: &["hyper_rustls", "hyper_util::client", "TcpStream::connect"],
        places: &["egnyte.rs", "egnyte/"],
        why: "only `egnyte` dials out",
    },
    Reserved {
        names: &["reqwest"],
        places: &["egnyte.rs", "egnyte/", "cli/demo.rs"],
        why: "only `egnyte` dials out, and the demo to itself",
    },
    Reserved {
        names: &["axum"],
        places: &["mcp/transport.rs", "mcp/transport/", "api", "server", "body.rs", "sandbox"],
        why: "only transports, the admin API and the server know an HTTP framework",
    },
];

/// What may stand nowhere outside tests.
const BANNED: &[&str] = &[
    "unsafe",
    ".unwrap(",
    ".expect(",
    "panic!",
    "todo!",
    "unimplemented!",
    "unreachable!",
    "dbg!",
];

/// Where the pattern of tool names is built, and where one is printed for a person to copy.
const MAY_NAME_TOOLS: [&str; 2] = ["catalog/name.rs", "cli/demo.rs"];

/// Every breach of the rules, as `file:line: words`.
fn breaches(order: &[String], sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(|source| breaches_of(order, source)).collect()
}

fn breaches_of(order: &[String], source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let path = &source.path;
    if !source.text.starts_with("//!") {
        found.push(format!("{path}:1: the file does not say what it owns (`//!`)"));
    }
    let tokens = tokens_of(&source.text);
    let mut note = |token: &Token, words: String| {
        found.push(format!("{path}:{}: {words}", token.line));
    };
    for (index, token) in tokens.iter().enumerate() {
        if token.is_literal {
            let names_a_tool = token.text.contains("_egnyte_");
            if names_a_tool && !MAY_NAME_TOOLS.contains(&path.as_str()) {
                note(token, format!("code names a tool: {}", token.text));
            }
            continue;
        }
        let rest = &tokens[index..];
        for banned in BANNED.iter().filter(|banned| begins(rest, banned)) {
            note(token, format!("`{banned}` stands in code that is no test"));
        }
        for rule in RESERVED {
            let said = rule.names.iter().find(|name| begins(rest, name));
            if let Some(name) = said.filter(|_| !within(path, rule.places)) {
                note(token, format!("`{name}`: {}", rule.why));
            }
        }
    }
    let owner = path.split(['/', '.']).next().unwrap_or_default();
    for (line, imported) in imports(path, &tokens) {
        if let Some(words) = objection(order, owner, &imported) {
            found.push(format!("{path}:{line}: {words}"));
        }
    }
    found
}

/// Why `owner` must not import `imported`, if it must not.
fn objection(order: &[String], owner: &str, imported: &str) -> Option<String> {
    if owner == imported || owner == "main" {
        return None;
    }
    if owner == "sandbox" {
        return Some(format!("`sandbox` imports `{imported}`; it stands alone"));
    }
    if imported == "sandbox" && owner != "cli" {
        return Some(format!("`{owner}` imports the sandbox; the service must not know it"));
    }
    let place = |name: &str| order.iter().position(|module| module == name);
    match (place(owner), place(imported)) {
        (Some(above), Some(below)) if above < below => None,
        (Some(_), Some(_)) => Some(format!("`{owner}` imports upwards: `{imported}`")),
        _ => Some(format!("`{owner}` or `{imported}` is not on the map in lib.rs")),
    }
}

/// The modules of this crate that a file names, with the line.
fn imports(path: &str, tokens: &[Token]) -> Vec<(usize, String)> {
    let depth = match path {
        "lib.rs" | "main.rs" => 0,
        _ => path.split('/').count(),
    };
    let mut found = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        let rest = &tokens[index..];
        // `crate::…`, or as many `super::` as it takes to get there.
        let supers = rest.chunks(3).take_while(|chunk| begins(chunk, "super::")).count();
        let (is_root, skipped) = match supers {
            0 => (begins(rest, "crate::"), 3),
            supers => (supers == depth, supers * 3),
        };
        if is_root {
            let names = heads(&rest[skipped..]).into_iter();
            found.extend(names.map(|token| (token.line, token.text.clone())));
        }
        index += if supers > 0 { skipped } else { 1 };
    }
    found
}

/// The first name of a path, or of every path in a `{…}` group.
fn heads(rest: &[Token]) -> Vec<&Token> {
    let mut heads = Vec::new();
    let (mut depth, mut at_head) = (0, true);
    for token in rest {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => at_head = depth == 1,
            _ if at_head => {
                heads.push(token);
                at_head = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// Whether the tokens begin with `pattern`, itself read as Rust.
fn begins(tokens: &[Token], pattern: &str) -> bool {
    let mut rest = pattern;
    for token in tokens {
        if rest.is_empty() {
            return true;
        }
        match rest.strip_prefix(token.text.as_str()).filter(|_| !token.is_literal) {
            Some(left) if ends_a_word(left, &token.text) => rest = left,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Keeps `panic` from matching the beginning of `panicking`.
fn ends_a_word(left: &str, token: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    !(token.ends_with(word) && left.starts_with(word))
}

fn within(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| path.starts_with(place))
}

/// The tokens of a file without comments and without what is compiled for tests only.
fn tokens_of(text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().unwrap();
    let mut out = Vec::new();
    flatten(stream, &mut out);
    out
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        index += 1;
        if let (TokenTree::Punct(mark), Some(attribute)) = (tree, attribute(&trees, index)) {
            if mark.as_char() == '#' && attribute == "cfg (test)" {
                index = end_of_item(&trees, index + 1);
                continue;
            }
            // A doc comment is an attribute by now.
            if mark.as_char() == '#' && attribute.starts_with("doc =") {
                index += 1;
                continue;
            }
        }
        push(tree, out);
    }
}

/// The text inside `[…]` at `index`, or inside `![…]`.
fn attribute(trees: &[TokenTree], index: usize) -> Option<String> {
    match trees.get(index)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some(group.stream().to_string())
        }
        TokenTree::Punct(mark) if mark.as_char() == '!' => attribute(trees, index + 1),
        _ => None,
    }
}

/// Behind the item that starts at `index`: its block, or its semicolon.
fn end_of_item(trees: &[TokenTree], index: usize) -> usize {
    let is_end = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    let length = trees.iter().skip(index).position(is_end);
    length.map_or(trees.len(), |length| index + length + 1)
}

fn push(tree: &TokenTree, out: &mut Vec<Token>) {
    let line = tree.span().start().line;
    let mut add = |text: &str, is_literal| {
        out.push(Token { text: text.to_owned(), line, is_literal });
    };
    match tree {
        TokenTree::Ident(name) => add(&name.to_string(), false),
        TokenTree::Punct(mark) => add(&mark.to_string(), false),
        TokenTree::Literal(literal) => add(&literal.to_string(), true),
        TokenTree::Group(group) => {
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => ("", ""),
            };
            add(open, false);
            flatten(group.stream(), out);
            out.push(Token { text: close.to_owned(), line, is_literal: false });
        }
    }
}

/// The modules of `lib.rs`, top to bottom.
fn order_in(lib: &str) -> Vec<String> {
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

fn read_sources(root: &Path, folder: &Path, out: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(root, &path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            out.push(Source { path, text });
        }
    }
}

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    read_sources(&root, &root, &mut sources);
    assert!(sources.len() > 50, "the source was not found");
    let order = order_in(&sources.iter().find(|source| source.path == "lib.rs").unwrap().text);
    assert!(order.len() > 10, "the map in lib.rs was not read");
    let breaches = breaches(&order, &sources);
    assert!(breaches.is_empty(), "{} breach(es):\n{}", breaches.len(), breaches.join("\n"));
}

/// The breaches of one made-up file, below a map of four modules.
fn of(path: &str, text: &str) -> Vec<String> {
    let order = ["cli", "mcp", "invoke", "catalog", "egnyte", "store", "sandbox"];
    let source = Source { path: path.to_owned(), text: format!("//! Made up.\n{text}") };
    breaches(&order.map(str::to_owned), &[source])
}

#[test]
fn an_import_upwards_is_found_in_every_way_to_write_one() {
    for text in [
        "use crate::mcp::error::RpcError;",
        "use crate::{egnyte::Client, mcp};",
        "use crate::egnyte;\nuse crate::{catalog::{Tool, View}, mcp::dispatch};",
        "fn f() { let x = crate::mcp::f(); }",
        "use super::super::mcp;",
        "fn f() { json!({ \"a\": crate::mcp::f() }); }",
    ] {
        let found = of("invoke/request.rs", text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains("`invoke` imports upwards: `mcp`"), "{found:?}");
    }
}

#[test]
fn what_the_rules_allow_is_no_breach() {
    for (path, text) in [
        ("invoke/request.rs", "use crate::{catalog::{Tool, mcp_like}, egnyte};"),
        ("invoke/request.rs", "use super::outcome::Failure; // not crate::mcp"),
        (
            "invoke/request.rs",
            "/// See [`crate::mcp`] and `panic!`.\nfn f() -> X { x.unwrap_or(1) }",
        ),
        (
            "invoke.rs",
            "#[cfg(test)]\nmod tests { use crate::mcp; fn f() { x.unwrap(); panic!(); } }",
        ),
        ("cli/demo.rs", "use crate::sandbox; fn f() { reqwest::get(\"list_all_egnyte_users\"); }"),
        ("mcp/transport/gate.rs", "use axum::Router;"),
        ("catalog/name.rs", "const A: &str = \"list_all_egnyte_users\";"),
        ("store/row.rs", "use sqlx::Row;"),
    ] {
        assert_eq!(of(path, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn every_other_breach_is_found_where_it_stands() {
    for (path, text, words) in [
        ("sandbox/users.rs", "use crate::egnyte;", "it stands alone"),
        ("mcp/dispatch.rs", "use crate::sandbox::Sandbox;", "must not know it"),
        ("mcp/dispatch.rs", "use axum::Router;", "HTTP framework"),
        ("invoke.rs", "fn f(x: axum::Json<u8>) {}", "HTTP framework"),
        ("egnyte/client.rs", "use crate::catalog::Tool;", "imports upwards"),
        ("mcp/dispatch.rs", "use hyper_util::client::legacy::Client;", "dials out"),
        ("mcp/dispatch.rs", "fn f() { TcpStream::connect(a); }", "dials out"),
        ("cli/serve.rs", "fn f() { reqwest::get(a); }", "dials out"),
        ("cli/serve.rs", "fn f() { sqlx::query(a); }", "speaks SQL"),
        ("mcp/dispatch.rs", "const A: &str = \"list_all_egnyte_users\";", "names a tool"),
        ("mcp/dispatch.rs", "fn f() { a().unwrap(); }", "`.unwrap(`"),
        ("mcp/dispatch.rs", "fn f() { a().expect(\"b\"); }", "`.expect(`"),
        ("mcp/dispatch.rs", "fn f() { panic!(); }", "`panic!`"),
        ("mcp/dispatch.rs", "fn f() { unsafe { a() } }", "`unsafe`"),
        ("mcp/dispatch.rs", "use crate::unlisted;", "not on the map"),
    ] {
        let found = of(path, text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(
            found[0].starts_with(&format!("{path}:2: ")) && found[0].contains(words),
            "{found:?}"
        );
    }
}

#[test]
fn a_file_that_does_not_say_what_it_owns_is_found() {
    let source = Source { path: "store/row.rs".to_owned(), text: "use std::fmt;".to_owned() };
    let found = breaches(&["store".to_owned()], &[source]);
    assert_eq!(found, ["store/row.rs:1: the file does not say what it owns (`//!`)"]);
}
