//! How long a class of thirty takes to grade, two at a time, lesson by lesson: everybody handed in the solution.

#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a bench measures real time, and prints it")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use requeue::formats::lesson_file;
use requeue::lesson::check::solved;
use requeue::lesson::grade::Grader;

const CLASS: usize = 30;

fn main() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("there are lessons")
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    paths.sort();
    let mut times = Vec::new();
    for path in paths {
        let lesson = lesson_file::read(&std::fs::read_to_string(&path).expect("it can be read")).expect("it is good");
        let submission = solved(&lesson);
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        let grader = Grader::new(&lesson, &[]);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while next.fetch_add(1, Ordering::Relaxed) < CLASS {
                        assert!(grader.grade(&submission).is_full());
                    }
                });
            }
        });
        times.push((start.elapsed().as_secs_f64(), lesson.id.to_string()));
    }
    times.sort_by(|one, other| other.0.total_cmp(&one.0));
    let all: f64 = times.iter().map(|(time, _)| time).sum();
    println!(
        "grading a class of {CLASS}, two at a time (at most 10 s a lesson): median {:.2} s, {} lessons in {all:.1} s; the longest:",
        times[times.len() / 2].0,
        times.len()
    );
    for (time, id) in times.iter().take(5) {
        println!("  {id}: {time:.2} s");
    }
}
