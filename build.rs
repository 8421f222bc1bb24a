//! The page's second file is found by relocations (`scripts/build`): the linker keeps them where the page is to be split.

#[expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "so cargo and a build script speak to each other")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_FEATURE_SPLIT", "1") && is("CARGO_CFG_TARGET_ARCH", "wasm32") {
        println!("cargo::rustc-link-arg-bin=requeue-page=--emit-relocs");
    }
}
