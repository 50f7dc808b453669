//! Options that several commands share.

use std::path::{Path, PathBuf};

use crate::crypto::{Keyring, KeyringError, Secret};
use crate::server::Database;
use crate::store::{Store, StoreError};

/// Where key ring and records are.
#[derive(Clone, Debug, clap::Args)]
pub struct DataArgs {
    /// Folder of the key ring and the database; made on first start, for this user only
    #[arg(long, env = "EGNYTE_MCP_DATA_DIR", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Where records are kept: `sqlite:PATH`, or `none` to serve minted URLs without any
    #[arg(
        long,
        env = "EGNYTE_MCP_DATABASE_URL",
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    pub database_url: String,
    /// The key ring itself, instead of the one in the data folder
    #[arg(
        long,
        env = "EGNYTE_MCP_KEYRING",
        hide_env_values = true,
        hide = true,
        default_value = "",
        hide_default_value = true
    )]
    pub keyring: String,
}

impl DataArgs {
    /// The database these options name.
    pub fn database(&self) -> Database {
        match self.database_url.as_str() {
            "" => Database::DataDir,
            "none" => Database::None,
            url => Database::Url(url.to_owned()),
        }
    }

    /// The key ring as text, if it was given.
    pub fn keyring_text(&self) -> Option<Secret> {
        (!self.keyring.is_empty()).then(|| Secret::from(self.keyring.as_str()))
    }

    /// Opens the key ring, making one if there is none.
    pub fn open_keyring(&self) -> Result<Keyring, KeyringError> {
        match self.keyring_text() {
            Some(text) => Keyring::from_text("EGNYTE_MCP_KEYRING", &text),
            None => Keyring::open_or_create(&self.data_dir),
        }
    }

    /// Opens the database; an error when the options name none.
    pub async fn open_store(&self) -> Result<Store, super::Failure> {
        let opened: Result<Store, StoreError> = match self.database() {
            Database::DataDir => Store::open_dir(&self.data_dir).await,
            Database::Url(url) => Store::open_url(&url).await,
            Database::None => {
                return Err("this command needs a database, and --database-url is none".into());
            }
        };
        Ok(opened?)
    }
}

/// Which tools a URL offers.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct FilterArgs {
    /// Methods: read, write, custom, or names such as list (comma separated)
    #[arg(long, value_delimiter = ',', value_name = "METHODS")]
    pub methods: Option<Vec<String>>,
    /// Tags of which a tool must carry one (comma separated)
    #[arg(long, value_delimiter = ',', value_name = "TAGS")]
    pub tags: Option<Vec<String>>,
    /// Exact tool names (comma separated)
    #[arg(long, value_delimiter = ',', value_name = "TOOLS")]
    pub tools: Option<Vec<String>>,
    /// List short names
    #[arg(long)]
    pub short_names: bool,
    /// List a few tools that find and call the others, instead of all
    #[arg(long)]
    pub discovery: bool,
}

impl From<FilterArgs> for crate::catalog::ServerConfig {
    fn from(args: FilterArgs) -> Self {
        use crate::catalog::{Exposure, ToolNames};
        Self {
            methods: args.methods,
            tags: args.tags,
            tools: args.tools,
            tool_exposure: if args.discovery { Exposure::Discovery } else { Exposure::All },
            tool_names: if args.short_names { ToolNames::Short } else { ToolNames::Long },
            ..Self::default()
        }
    }
}

/// The one access token in the file at `path`; `-` reads standard input.
pub fn read_access_token(path: &Path) -> Result<Secret, super::Failure> {
    let text = if path.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(format!("{} does not hold one access token", path.display()).into());
    }
    Ok(Secret::from(token))
}
