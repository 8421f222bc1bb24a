//! Grades in the forms that `requeue grade --format` offers.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::formats::pretty::Doc;
use crate::formats::result_file;
use crate::lesson::grade::Grade;

/// One row: a file, and its grade, or what is wrong with it.
pub struct Row {
    pub file: String,
    pub result: Result<Grade, String>,
}

pub fn text(rows: &[Row]) -> String {
    let one = |row: &Row| match &row.result {
        Ok(grade) => format!("{} {}", row.label(), result_file::grade_text(grade)),
        Err(why) => format!("{}: cannot be graded: {why}\n", row.label()),
    };
    rows.iter().map(one).collect()
}

impl Row {
    /// The student's label, with the file's name.
    fn label(&self) -> String {
        match &self.result {
            Ok(Grade { student: Some(student), .. }) => format!("{student} ({})", self.file),
            _ => self.file.clone(),
        }
    }
}

pub fn json(rows: &[Row]) -> String {
    // One file alone is as the page writes it.
    if let [Row { result: Ok(grade), .. }] = rows {
        return result_file::grade_json(grade);
    }
    let rows = rows.iter().map(|row| {
        let document = Doc::object().with("file", row.file.as_str());
        match &row.result {
            Ok(grade) => document.with("grade", result_file::grade_doc(grade)),
            Err(why) => document.with("error", why.as_str()),
        }
    });
    Doc::list(rows).to_text()
}

/// A cell that begins like a formula would be one in a spreadsheet.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

pub fn csv(rows: &[Row]) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut write =
        |cells: [&str; 7]| table.write_record(cells.map(harmless)).expect("all rows have seven cells, and memory takes them all");
    write(["file", "student", "lesson", "percent", "outdated", "steps", "error"]);
    for row in rows {
        match &row.result {
            Ok(grade) => {
                let steps: Vec<String> =
                    grade.steps.iter().map(|step| format!("{} {}", step.step, result_file::percent(step.share))).collect();
                write([
                    &row.file,
                    grade.student.as_deref().unwrap_or_default(),
                    &grade.lesson,
                    &result_file::percent(grade.score),
                    &grade.outdated.to_string(),
                    &steps.join("; "),
                    "",
                ]);
            }
            Err(why) => write([&row.file, "", "", "", "", "", why]),
        }
    }
    let bytes = table.into_inner().expect("memory takes what was still buffered");
    String::from_utf8(bytes).expect("every cell is UTF-8, so all of them are")
}

/// One suite a submission, one case a finding.
pub fn junit(rows: &[Row]) -> String {
    let mut report = Report::new("requeue grade");
    for row in rows {
        let mut suite = TestSuite::new(row.label());
        match &row.result {
            Ok(grade) => {
                for step in &grade.steps {
                    for (says, good, why) in &step.findings {
                        let mut status = TestCaseStatus::success();
                        if !good {
                            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                            status.set_message(why.as_deref().unwrap_or("not done"));
                        }
                        let mut case = TestCase::new(says.as_str(), status);
                        case.set_classname(format!("{}.{}", grade.lesson, step.step));
                        suite.add_test_case(case);
                    }
                }
            }
            Err(why) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(why.as_str());
                suite.add_test_case(TestCase::new("the file", status));
            }
        }
        report.add_test_suite(suite);
    }
    report.to_string().expect("the report is written to memory, and its texts are escaped")
}

pub fn markdown(rows: &[Row]) -> String {
    let plain = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
    let mut out = "| who | lesson | % | missing |\n|---|---|---:|---|\n".to_owned();
    for row in rows {
        let line = match &row.result {
            Ok(grade) => {
                let missing: Vec<String> = grade
                    .steps
                    .iter()
                    .flat_map(|step| {
                        step.findings.iter().filter(|(_, good, _)| !good).map(move |(says, ..)| format!("{}: {says}", step.step))
                    })
                    .collect();
                format!(
                    "| {} | {} | {} | {} |\n",
                    plain(&row.label()),
                    grade.lesson,
                    result_file::percent(grade.score),
                    plain(&missing.join("; "))
                )
            }
            Err(why) => format!("| {} | | | {} |\n", plain(&row.label()), plain(why)),
        };
        out.push_str(&line);
    }
    out
}
