//! The offboardings and audits that demos replay must find the people they speak of.

use serde_json::{Value, json};

use crate::domain::Domain;

/// The user with this address.
async fn by_email(domain: &Domain, email: &str) -> Value {
    let filter = format!("email%20eq%20%22{}%22", email.replace('@', "%40"));
    let found = domain.only(&format!("/pubapi/v2/users?filter={filter}")).await;
    domain.get(&format!("/pubapi/v2/users/{}", found["id"])).await.json()
}

fn group_names(user: &Value) -> Vec<&str> {
    let groups = user["groups"].as_array().unwrap().iter();
    groups.map(|group| group["displayName"].as_str().unwrap()).collect()
}

/// The types of a group's members.
async fn member_types(domain: &Domain, group: &str) -> Vec<(u64, String)> {
    let id = domain.group_id(group).await;
    let group = domain.get(&format!("/pubapi/v2/groups/{id}")).await.json();
    let mut types = Vec::new();
    for member in group["members"].as_array().unwrap() {
        let user = domain.get(&format!("/pubapi/v2/users/{}", member["value"])).await.json();
        let user_type = user["userType"].as_str().unwrap().to_owned();
        types.push((user["id"].as_u64().unwrap(), user_type));
    }
    types
}

#[tokio::test]
async fn a_contractor_can_be_found_stripped_of_a_privileged_group_and_deactivated() {
    let domain = Domain::serve().await;
    let jane = by_email(&domain, "jane.smith@external.com").await;
    assert_eq!((&jane["id"], &jane["active"]), (&json!(99_281), &json!(true)));
    assert!(group_names(&jane).contains(&"External Engineering"));
    assert!(group_names(&jane).contains(&"Privileged Repository Access"));

    let group = domain.group_id("Privileged Repository Access").await;
    let leave = json!({ "members": [{ "value": jane["id"], "operation": "delete" }] });
    domain.send("PATCH", &format!("/pubapi/v2/groups/{group}"), leave).await;
    let inactive = json!({ "active": false });
    domain.send("PATCH", "/pubapi/v2/users/99281", inactive).await;

    let jane = by_email(&domain, "jane.smith@external.com").await;
    assert_eq!(jane["active"], false);
    assert!(!group_names(&jane).contains(&"Privileged Repository Access"));
}

#[tokio::test]
async fn an_employee_can_be_found_with_several_groups_and_deactivated() {
    let domain = Domain::serve().await;
    let jordan = by_email(&domain, "jsmith@company.com").await;
    assert_eq!((&jordan["id"], &jordan["active"]), (&json!(88_412), &json!(true)));
    assert!(group_names(&jordan).len() >= 3);
    let answer = domain.send("PATCH", "/pubapi/v2/users/88412", json!({ "active": false })).await;
    assert_eq!(answer.json()["active"], "false");
}

#[tokio::test]
async fn the_executive_group_has_thirteen_power_users_and_one_standard_user() {
    let domain = Domain::serve().await;
    let types = member_types(&domain, "Executive Financials").await;
    let standard: Vec<_> = types.iter().filter(|(_, kind)| kind == "standard").collect();
    let power = types.iter().filter(|(_, kind)| kind == "power").count();
    assert_eq!((types.len(), power), (14, 13));
    assert_eq!(standard, [&(3012, "standard".to_owned())]);
    assert_eq!(by_email(&domain, "b.wayne@company.com").await["id"], 3012);
}

#[tokio::test]
async fn the_agency_group_has_three_members_and_exactly_one_administrator() {
    let domain = Domain::serve().await;
    let types = member_types(&domain, "External Agency").await;
    assert_eq!(types.len(), 3);
    assert_eq!(types.iter().filter(|(_, kind)| kind == "admin").count(), 1);
}

#[tokio::test]
async fn everybody_and_every_group_that_is_spoken_of_is_there() {
    let domain = Domain::serve().await;
    let path = "/pubapi/v2/users";
    assert_eq!(domain.get(&format!("{path}/84920")).await.json()["userType"], "power");
    let admin = domain.get(&format!("{path}/109822")).await.json();
    assert_eq!((&admin["userType"], &admin["active"]), (&json!("admin"), &json!(true)));
    let sarah = domain.only(&format!("{path}?filter=userName%20eq%20%22sconnor%22")).await;
    assert_eq!(sarah["name"]["formatted"], "Sarah Connor");
    for group in [
        "Engineering Contractors",
        "External Contractors",
        "External Engineering",
        "Finance Leads",
        "Finance Operations",
    ] {
        let members = member_types(&domain, group).await.len();
        assert!(members >= 4, "{group}: {members}");
    }
}
