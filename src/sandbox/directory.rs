//! Owns the people and groups of the domain and the rules between them: what must be unique, who
//! is a member of what. It must never know HTTP, JSON or access tokens.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::errors::Refusal;
use super::filter::same;
use super::user::{NewUser, User, UserChange};

/// All users and groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    users: BTreeMap<u64, User>,
    groups: Vec<Group>,
    /// Counts up for ever, so that no group id is given twice.
    groups_made: u64,
}

/// A group and the ids of its members, in the order they joined.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: Uuid,
    pub(super) display_name: String,
    pub(super) members: Vec<u64>,
}

/// What becomes of a group's members.
#[derive(Debug, Default)]
pub(super) struct GroupChange {
    /// A new name.
    pub(super) display_name: Option<String>,
    /// Steps, taken in order.
    pub(super) steps: Vec<Step>,
}

/// One change of a membership.
#[derive(Debug)]
pub(super) enum Step {
    /// These join; who is a member already stays one.
    Add(Vec<u64>),
    /// These leave; who is no member is ignored.
    Remove(Vec<u64>),
    /// These, and only these, are the members.
    Replace(Vec<u64>),
}

impl Directory {
    /// Every user, by id. New ids are the highest, so a new user never shifts an earlier page.
    pub(super) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// One user.
    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.users.get(&id)
    }

    /// The groups a user is a member of.
    pub(super) fn groups_of(&self, id: u64) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.members.contains(&id))
    }

    /// Adds a user under the next free id.
    pub(super) fn create_user(&mut self, new: NewUser, now: Timestamp) -> Result<User, Refusal> {
        self.check_free("userName", &new.user_name.0, |user| {
            same(&user.user_name, &new.user_name.0)
        })?;
        self.check_email_free(&new.email.0, None)?;
        if let Some(external_id) = &new.external_id {
            self.check_free("externalId", external_id, |user| {
                user.external_id.as_ref() == Some(external_id)
            })?;
        }
        let id = self.users.last_key_value().map_or(1, |(last, _)| last + 1);
        let user = User::create(id, new, now)?;
        self.insert(user.clone());
        Ok(user)
    }

    /// Changes a user.
    pub(super) fn change_user(
        &mut self,
        id: u64,
        change: UserChange,
        now: Timestamp,
    ) -> Result<User, Refusal> {
        let user = self.user(id).ok_or_else(|| Refusal::NoSuchUser(id.to_string()))?;
        if let Some(email) = &change.email {
            self.check_email_free(&email.0, Some(id))?;
        }
        let user = user.changed(change, now)?;
        self.insert(user.clone());
        Ok(user)
    }

    /// Removes a user, and with it every membership.
    pub(super) fn delete_user(&mut self, id: u64) -> Result<(), Refusal> {
        self.users.remove(&id).ok_or_else(|| Refusal::NoSuchUser(id.to_string()))?;
        for group in &mut self.groups {
            group.members.retain(|member| *member != id);
        }
        Ok(())
    }

    /// Adds or overwrites a user as it is, unchecked.
    pub(super) fn insert(&mut self, user: User) {
        self.users.insert(user.id, user);
    }

    /// Every group, oldest first.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// One group.
    pub(super) fn group(&self, id: Uuid) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// Adds a group. `id` is for groups whose id is known from a document; others get the next.
    pub(super) fn create_group(
        &mut self,
        id: Option<Uuid>,
        display_name: String,
        members: Vec<u64>,
    ) -> Result<Group, Refusal> {
        self.check_name_free(&display_name, None)?;
        self.check_known(&members)?;
        self.groups_made += 1;
        let mut group = Group {
            id: id.unwrap_or_else(|| nth_id(self.groups_made)),
            display_name,
            members: Vec::new(),
        };
        group.take(Step::Replace(members));
        self.groups.push(group.clone());
        Ok(group)
    }

    /// Changes a group: all of it or, when anything is refused, nothing.
    pub(super) fn change_group(&mut self, id: Uuid, change: GroupChange) -> Result<Group, Refusal> {
        let missing = || Refusal::NoSuchGroup(id.to_string());
        self.group(id).ok_or_else(missing)?;
        if let Some(name) = &change.display_name {
            self.check_name_free(name, Some(id))?;
        }
        for Step::Add(ids) | Step::Remove(ids) | Step::Replace(ids) in &change.steps {
            self.check_known(ids)?;
        }

        let group = self.groups.iter_mut().find(|group| group.id == id).ok_or_else(missing)?;
        if let Some(name) = change.display_name {
            group.display_name = name;
        }
        for step in change.steps {
            group.take(step);
        }
        Ok(group.clone())
    }

    /// Removes a group.
    pub(super) fn delete_group(&mut self, id: Uuid) -> Result<(), Refusal> {
        self.group(id).ok_or_else(|| Refusal::NoSuchGroup(id.to_string()))?;
        self.groups.retain(|group| group.id != id);
        Ok(())
    }

    fn check_free(
        &self,
        what: &'static str,
        value: &str,
        holds: impl Fn(&User) -> bool,
    ) -> Result<(), Refusal> {
        if self.users().any(holds) {
            return Err(Refusal::Taken { what, value: value.to_owned() });
        }
        Ok(())
    }

    fn check_email_free(&self, email: &str, owner: Option<u64>) -> Result<(), Refusal> {
        self.check_free("email", email, |user| Some(user.id) != owner && same(&user.email, email))
    }

    fn check_name_free(&self, name: &str, owner: Option<Uuid>) -> Result<(), Refusal> {
        if name.trim().is_empty() {
            return Err(Refusal::invalid("displayName must not be empty."));
        }
        let taken = |group: &Group| Some(group.id) != owner && same(&group.display_name, name);
        if self.groups.iter().any(taken) {
            return Err(Refusal::Taken { what: "displayName", value: name.to_owned() });
        }
        Ok(())
    }

    fn check_known(&self, members: &[u64]) -> Result<(), Refusal> {
        match members.iter().find(|id| !self.users.contains_key(id)) {
            Some(id) => Err(Refusal::invalid(format!("members: there is no user {id}."))),
            None => Ok(()),
        }
    }
}

impl Group {
    fn take(&mut self, step: Step) {
        match step {
            Step::Add(ids) => {
                for id in ids {
                    if !self.members.contains(&id) {
                        self.members.push(id);
                    }
                }
            }
            Step::Remove(ids) => self.members.retain(|member| !ids.contains(member)),
            Step::Replace(ids) => {
                self.members.clear();
                self.take(Step::Add(ids));
            }
        }
    }
}

/// The id of the `n`th group: looks random, is the same on every start.
fn nth_id(n: u64) -> Uuid {
    let (high, low) = (mix(n), mix(mix(n)));
    uuid::Builder::from_random_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
        .into_uuid()
}

/// Scatters `n` over all of 64 bits (the finaliser of splitmix64): chance without a die.
pub(super) fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
