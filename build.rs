//! Migrations are embedded when the library is compiled; a new one must cause that.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
