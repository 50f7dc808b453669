//! `docs new`: begins a tool. It writes what can be known from the request line and leaves empty
//! what only a person can say; `docs lint` then names each gap.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use http::Method;

use crate::catalog::Sources;
use crate::catalog::definition::{self, MethodDefinition, RequestLine, ResourceDefinition};
use crate::catalog::problem::Document;
use crate::cli::output::say;
use crate::cli::{Failure, Outcome};

/// Options of `docs new`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The resource, a plural such as `comments`
    resource: String,
    /// The method: list, get, create, update, delete, or a word of your own
    method: String,
    /// Verb and path, such as 'POST /pubapi/v1/notes'; only for a method that is not defined yet
    #[arg(long, value_name = "REQUEST")]
    request: Option<String>,
    /// The resource's singular, where it is not the plural without its s
    #[arg(long, value_name = "WORD")]
    singular: Option<String>,
    /// Folder of tool docs to write into
    #[arg(long, env = "EGNYTE_MCP_TOOL_DOCS", default_value = "my-tool-docs", value_name = "DIR")]
    tool_docs: PathBuf,
}

pub fn run(args: &Args) -> Outcome {
    let mut sources = Sources::built_in();
    if args.tool_docs.is_dir() {
        sources.overlay(&args.tool_docs)?;
    }
    let file = format!("{}/resource.yaml", args.resource);
    let known = sources.iter().find(|(path, _)| *path == file).map(|(_, text)| text.to_owned());
    let doc = args.tool_docs.join(&args.resource).join(format!("{}.md", args.method));
    if sources.iter().any(|(path, _)| path == format!("{}/{}.md", args.resource, args.method)) {
        let tool = format!("{}/{}.md", args.resource, args.method);
        return Err(
            format!("{tool} is there already: edit it, or copy it to {}", doc.display()).into()
        );
    }
    let (definition, changed) = define(args, &file, known)?;
    let method = definition.methods.get(&args.method).ok_or("the method was not defined")?;
    std::fs::create_dir_all(args.tool_docs.join(&args.resource))?;
    if let Some(text) = changed {
        let path = args.tool_docs.join(&file);
        std::fs::write(&path, text)?;
        say!("wrote {}: the request", path.display())?;
    }
    write_new(&doc, &scaffold(&definition, &args.method, method))?;
    say!("wrote {}: fill in the empty texts", doc.display())?;
    say!("next: egnyte-mcp docs lint {}", args.tool_docs.display())?;
    Ok(())
}

/// The definition with the method in it, and the new text of `resource.yaml` if it changed.
fn define(
    args: &Args,
    file: &str,
    known: Option<String>,
) -> Result<(ResourceDefinition, Option<String>), Failure> {
    let parse = |text: &str| {
        definition::parse(Document { file, text }).map_err(|problem| problem.to_string())
    };
    if let Some(text) = &known {
        let definition = parse(text)?;
        if definition.methods.contains_key(&args.method) {
            return match args.request {
                None => Ok((definition, None)),
                Some(_) => {
                    Err(format!("{file} defines `{}`: leave out --request", args.method).into())
                }
            };
        }
    }
    let request = args.request.as_ref().ok_or_else(|| {
        format!("{file} defines no `{}`: add --request 'POST /pubapi/v1/…'", args.method)
    })?;
    let mut text = match known {
        Some(text) => text,
        None => new_resource(args),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    _ = write!(text, "  {}:\n    request: {request}\n", args.method);
    if request.starts_with("POST") || request.starts_with("PUT") || request.starts_with("PATCH") {
        text.push_str("    body: json\n");
    }
    Ok((parse(&text)?, Some(text)))
}

fn new_resource(args: &Args) -> String {
    let plural = &args.resource;
    let singular = args.singular.as_deref().unwrap_or_else(|| plural.trim_end_matches('s'));
    format!("resource: {plural}\nsingular: {singular}\ntags: [{plural}]\nmethods:\n")
}

/// A doc with every part the method needs and none of the words.
fn scaffold(resource: &ResourceDefinition, name: &str, method: &MethodDefinition) -> String {
    let verb = method.request.as_ref().map_or(&Method::GET, |line| &line.verb);
    // Whether steps only read depends on what they call.
    let reads = method.reads().unwrap_or(true);
    let mut text = String::from("---\n");
    _ = writeln!(text, "title: {}", title(resource, name));
    text.push_str("annotations:\n");
    for (hint, value, question) in [
        ("readOnlyHint", reads, "does it only read?"),
        ("destructiveHint", *verb == Method::DELETE, "can it destroy or take something away?"),
        (
            "idempotentHint",
            reads || *verb == Method::PUT,
            "does a second, equal call change nothing more?",
        ),
        ("openWorldHint", false, "does it reach people or systems outside the domain?"),
    ] {
        _ = writeln!(text, "  {:<24}# {question}", format!("{hint}: {value}"));
    }
    let path: Vec<&str> = method.request.iter().flat_map(RequestLine::arguments).collect();
    if !path.is_empty() {
        text.push_str("path_schema:\n  properties:\n");
        for argument in &path {
            _ = write!(text, "    {argument}:\n      type: string\n      description: \"\"\n");
        }
        _ = writeln!(text, "  required: [{}]", path.join(", "));
    }
    let part = if method.body.is_some() { "body_schema" } else { "query_schema" };
    _ = write!(text, "{part}:\n  properties: {{}}\n  required: []\n");
    text.push_str("examples:\n  - title: \"\"\n    arguments: {}\n");
    if let Some(line) = &method.request {
        _ = writeln!(text, "    request: {line}");
    }
    text.push_str("---\n");
    text
}

/// Such as "List users", "Get a user" and, for words of one's own, "Get settings of users".
fn title(resource: &ResourceDefinition, method: &str) -> String {
    let (plural, singular) = (&resource.resource, &resource.singular);
    let mut title = match method.split_once('_') {
        Some(_) => format!("{method} of {plural}"),
        None if method == "list" => format!("list {plural}"),
        None if singular.starts_with(['a', 'e', 'i', 'o', 'u']) => {
            format!("{method} an {singular}")
        }
        None => format!("{method} a {singular}"),
    }
    .replace('_', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

/// Never over a file that is there.
fn write_new(path: &Path, text: &str) -> Outcome {
    let mut file = std::fs::File::create_new(path)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(())
}
