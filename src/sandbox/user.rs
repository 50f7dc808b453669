//! Owns one user's record and the rules its properties obey, as the create and update bodies
//! state them. It must never know other users, groups or HTTP.

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::errors::Refusal;

/// The roles a power user of this domain can hold: Egnyte's default one, the rest custom.
const ROLES: [&str; 5] =
    [DEFAULT_ROLE, "Billing Admin", "Group Admin", "Helpdesk", "Report Viewer"];
/// What a power user holds when nobody chose.
const DEFAULT_ROLE: &str = "Default";

/// A user, as the domain keeps it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the names are Egnyte's")]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) user_name: String,
    pub(super) external_id: Option<String>,
    pub(super) email: String,
    pub(super) given_name: String,
    pub(super) family_name: String,
    pub(super) active: bool,
    pub(super) locked: bool,
    pub(super) auth_type: AuthType,
    pub(super) user_type: UserType,
    pub(super) role: Option<String>,
    pub(super) idp_user_id: Option<String>,
    pub(super) user_principal_name: Option<String>,
    pub(super) service_account: bool,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) last_active: Option<Timestamp>,
    pub(super) expires: Option<Timestamp>,
    pub(super) delete_on_expiry: Option<bool>,
}

/// How a user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AuthType {
    /// Active Directory.
    Ad,
    /// SAML single sign-on.
    Sso,
    /// A password kept by Egnyte.
    Egnyte,
}

/// The licence class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum UserType {
    /// Administrator.
    Admin,
    /// Power user: the only type with a role.
    Power,
    /// Standard user.
    Standard,
}

/// The body of a create request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NewUser {
    pub(super) user_name: UserName,
    pub(super) external_id: Option<String>,
    pub(super) email: Email,
    name: Name,
    active: bool,
    auth_type: AuthType,
    user_type: UserType,
    role: Option<String>,
    idp_user_id: Option<String>,
    user_principal_name: Option<String>,
    // Accepted and checked, without effect: this domain sends no mail and has no pages.
    #[serde(rename = "sendInvite")]
    _send_invite: Option<bool>,
    #[serde(rename = "language")]
    _language: Option<String>,
}

/// A person's name in a create request. Update requests carry the two parts without this object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Name {
    given_name: String,
    family_name: String,
}

/// The body of an update request: what is absent stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UserChange {
    pub(super) email: Option<Email>,
    given_name: Option<String>,
    family_name: Option<String>,
    active: Option<bool>,
    auth_type: Option<AuthType>,
    user_type: Option<UserType>,
    role: Option<String>,
    idp_user_id: Option<String>,
    user_principal_name: Option<String>,
    #[serde(rename = "sendInvite")]
    _send_invite: Option<bool>,
    #[serde(rename = "language")]
    _language: Option<String>,
    // Named here only so that the refusal can say why.
    user_name: Option<IgnoredAny>,
    external_id: Option<IgnoredAny>,
}

/// A login: a letter or digit first, then also periods, hyphens and underscores.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct UserName(pub(super) String);

impl TryFrom<String> for UserName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let ordinary = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if text.starts_with(char::is_alphanumeric) && text.chars().all(ordinary) {
            Ok(Self(text))
        } else {
            Err("must start with a letter or digit and hold only letters, digits, periods, \
                 hyphens and underscores")
        }
    }
}

/// An address, checked as far as is useful without sending mail to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Email(pub(super) String);

impl TryFrom<String> for Email {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plausible = text.split_once('@').is_some_and(|(local, host)| {
            let labels = host.split('.').all(|label| !label.is_empty());
            !local.is_empty() && !host.contains('@') && host.contains('.') && labels
        });
        if plausible && !text.contains(char::is_whitespace) {
            Ok(Self(text))
        } else {
            Err("must be a valid email address")
        }
    }
}

impl User {
    /// The user that `new` asks for.
    pub(super) fn create(id: u64, new: NewUser, now: Timestamp) -> Result<Self, Refusal> {
        let mut user = Self {
            id,
            user_name: new.user_name.0,
            external_id: new.external_id,
            email: new.email.0,
            given_name: filled("name.givenName", new.name.given_name)?,
            family_name: filled("name.familyName", new.name.family_name)?,
            active: new.active,
            locked: false,
            auth_type: new.auth_type,
            user_type: new.user_type,
            role: None,
            idp_user_id: new.idp_user_id,
            user_principal_name: new.user_principal_name,
            service_account: false,
            created: now,
            modified: now,
            last_active: None,
            expires: None,
            delete_on_expiry: None,
        };
        user.assign(new.role)?;
        user.settle();
        Ok(user)
    }

    /// This user after `change`. The original is untouched, so a refusal changes nothing.
    pub(super) fn changed(&self, change: UserChange, now: Timestamp) -> Result<Self, Refusal> {
        if change.user_name.is_some() {
            return Err(Refusal::invalid("userName cannot be changed."));
        }
        if change.external_id.is_some() {
            return Err(Refusal::invalid("externalId cannot be changed."));
        }
        let mut user = self.clone();
        if let Some(Email(email)) = change.email {
            user.email = email;
        }
        if let Some(name) = change.given_name {
            user.given_name = filled("givenName", name)?;
        }
        if let Some(name) = change.family_name {
            user.family_name = filled("familyName", name)?;
        }
        user.active = change.active.unwrap_or(user.active);
        user.auth_type = change.auth_type.unwrap_or(user.auth_type);
        user.user_type = change.user_type.unwrap_or(user.user_type);
        user.idp_user_id = change.idp_user_id.or(user.idp_user_id);
        user.user_principal_name = change.user_principal_name.or(user.user_principal_name);
        user.assign(change.role)?;
        user.settle();
        user.modified = now;
        Ok(user)
    }

    /// Gives the user `role`, if one was asked for.
    fn assign(&mut self, role: Option<String>) -> Result<(), Refusal> {
        let Some(role) = role else { return Ok(()) };
        if self.user_type != UserType::Power {
            return Err(Refusal::invalid("role is only applicable for power users."));
        }
        if !ROLES.contains(&role.as_str()) {
            let known = ROLES.join(", ");
            return Err(Refusal::invalid(format!("There is no role {role}. Roles: {known}")));
        }
        self.role = Some(role);
        Ok(())
    }

    /// Drops what does not apply to the user's types. The documented create sample does the same:
    /// it sends a `userPrincipalName` for a single sign-on user and gets null back.
    fn settle(&mut self) {
        if self.user_type == UserType::Power {
            self.role.get_or_insert_with(|| DEFAULT_ROLE.to_owned());
        } else {
            self.role = None;
        }
        if self.auth_type != AuthType::Ad {
            self.user_principal_name = None;
        }
        if self.auth_type != AuthType::Sso {
            self.idp_user_id = None;
        }
    }
}

/// `text`, unless it is blank.
fn filled(property: &str, text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::invalid(format!("{property} must not be empty.")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_starts_with_a_letter_or_digit_and_has_no_special_characters() {
        for good in ["jmiller", "7of9", "jane.smith", "a-b_c"] {
            assert!(UserName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", ".jane", "-x", "jane smith", "jane+smith", "jane@company.com"] {
            assert!(UserName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_email_has_one_at_sign_and_a_dotted_host() {
        for good in ["a@b.co", "jane.smith+x@external.com"] {
            assert!(Email::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a@b..co", "a@@b.co", "a b@c.co", "a@b.co\n"] {
            assert!(Email::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
