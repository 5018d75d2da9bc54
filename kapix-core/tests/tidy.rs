//! The house rules as tests. Each failure names the file, the line and what to do.

#[path = "tidy/arrows.rs"]
mod arrows;
#[path = "tidy/budgets.rs"]
mod budgets;
#[path = "../examples/errors/codes.rs"]
mod codes;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "../examples/errors/errors.rs"]
mod errors;
#[path = "tidy/examples.rs"]
mod examples;
#[path = "tidy/marks.rs"]
mod marks;
#[path = "tidy/pages.rs"]
mod pages;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/tree.rs"]
mod tree;

use tree::files;

fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "{} to tidy:\n{}\n", findings.len(), findings.join("\n"));
}

#[test]
fn arrows_point_down() {
    assert_none(&arrows::findings(&files()));
}

#[test]
fn rust_sources_are_readable() {
    assert_none(&rust::unreadable(&files()));
}

#[test]
fn sources_are_short() {
    assert_none(&shape::long_files(&files()));
}

#[test]
fn bindings_keep_their_budgets() {
    assert_none(&budgets::exceeded(&files()));
}

#[test]
fn every_public_function_has_an_example() {
    assert_none(&examples::missing(&files()));
}

#[test]
fn lib_and_mod_files_declare_and_do_not_compute() {
    assert_none(&shape::computing_declarations(&files()));
}

#[test]
fn no_work_is_postponed_and_no_test_skipped() {
    assert_none(&marks::postponed(&files()));
}

#[test]
fn unsafe_code_has_its_place_and_its_proof() {
    assert_none(&shape::unsafe_code(&files()));
}

#[test]
fn the_core_forbids_unsafe_code() {
    assert_none(&shape::core_that_allows_unsafe(&files()));
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    assert_none(&marks::machine_paths(&files()));
}

#[test]
fn no_file_names_the_host_of_a_registry() {
    assert_none(&marks::registry_hosts(&files()));
}

#[test]
fn every_document_is_compiled_into_rustdoc() {
    assert_none(&documents::documents_outside_rustdoc(&files()));
}

#[test]
fn rows_of_tables_can_be_read() {
    assert_none(&pages::long_rows(&files()));
}

#[test]
fn the_first_page_is_short() {
    assert_none(&pages::long_first_page(&files()));
}

#[test]
fn pages_speak_the_words_of_the_field() {
    assert_none(&pages::dialect(&files()));
}

#[test]
fn links_between_pages_lead_somewhere() {
    assert_none(&pages::broken_links(&files()));
}

#[test]
fn the_change_log_has_this_version() {
    assert_none(&documents::version_without_changes(&files(), env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_error_page_is_what_the_tables_say() {
    assert_current("ERRORS.md", include_str!("../docs/ERRORS.md"), &errors::page().unwrap(), "errors");
}

#[test]
fn the_page_of_codes_is_what_the_tables_say() {
    assert_current("CODES.md", include_str!("../docs/CODES.md"), &codes::page(), "errors -- codes");
}

fn assert_current(name: &str, file: &str, page: &str, example: &str) {
    let path = format!("kapix-core/docs/{name}");
    let line = page.lines().zip(file.lines()).take_while(|(new, old)| new == old).count() + 1;
    let refresh = format!("cargo run -q -p kapix-core --example {example} > {path}");
    assert!(file == page, "{path}:{line}: differs from the tables; refresh it with `{refresh}`");
}
