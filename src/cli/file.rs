//! `egnyte-mcp.toml`: a default for any option of any command. The command line wins over the
//! environment, which wins over the file.

use std::path::PathBuf;

use clap::Command;

use super::Failure;

const FILE: &str = "egnyte-mcp.toml";
/// Names the file when it stands elsewhere.
const VARIABLE: &str = "EGNYTE_MCP_CONFIG";

/// Puts the file's values under the options of every command.
pub fn defaults_from_file(command: Command) -> Result<Command, Failure> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(command);
        }
        Err(error) => return Err(format!("cannot read {}: {error}", path.display()).into()),
    };
    let table: toml::Table =
        text.parse().map_err(|error| format!("{} is not TOML: {error}", path.display()))?;
    let mut defaults: Vec<(String, String)> = Vec::new();
    for (key, value) in table {
        let name = key.replace('-', "_");
        let known = command.get_subcommands().any(|sub| has_option(sub, &name));
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            _ => {
                let message = "must be text, a number, true or false";
                return Err(format!("{}: `{key}` {message}", path.display()).into());
            }
        };
        if !known {
            let message = "is not an option of any command; see `egnyte-mcp help serve`";
            return Err(format!("{}: `{key}` {message}", path.display()).into());
        }
        defaults.push((name, value));
    }
    Ok(defaults.into_iter().fold(command, |command, (name, value)| {
        command.mut_subcommands(|sub| with_default(sub, &name, &value))
    }))
}

fn has_option(command: &Command, name: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == name)
        || command.get_subcommands().any(|sub| has_option(sub, name))
}

fn with_default(command: Command, name: &str, value: &str) -> Command {
    let here = command.get_arguments().any(|arg| arg.get_id() == name);
    let command = command.mut_subcommands(|sub| with_default(sub, name, value));
    if here {
        let value = value.to_owned();
        command.mut_arg(name, |arg| arg.default_value(value))
    } else {
        command
    }
}
