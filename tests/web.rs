//! In a browser: what runs there is what runs natively.
#![cfg(target_arch = "wasm32")]

use std::sync::Arc;

use requeue::app::{self, App, FileAction, TimeAction, tokens};
use requeue::base::SimTime;
use requeue::formats::scenario_file;
use requeue::sim::explore::chaos;
use requeue::sim::{Recording, World};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const COURSE_CHAPTER: &str = include_str!("../static/scenarios/course-chapter.json");
const TRACE_AT_60_S: &str = include_str!("golden/course-chapter-60s.txt");

#[wasm_bindgen_test]
fn the_course_chapter_gives_the_trace_it_gives_natively() {
    let scenario = Arc::new(scenario_file::read(COURSE_CHAPTER).expect("the scenario is valid"));
    let mut world = World::new(scenario, 1);
    assert!(world.run_until(SimTime::from_secs(60), u64::MAX));
    assert_eq!(format!("{:016x}", world.trace_hash()), TRACE_AT_60_S.trim());
}

#[wasm_bindgen_test]
fn a_recording_full_of_faults_gives_the_trace_it_gives_natively() {
    let scenario = Arc::new(scenario_file::read(COURSE_CHAPTER).expect("the scenario is valid"));
    let inputs = chaos(&scenario, 5, 25, SimTime::from_secs(300)).into_iter().collect();
    let world = World::replay(&Recording { scenario, seed: 5, inputs }, SimTime::from_secs(300));
    assert_eq!(format!("{:016x}", world.trace_hash()), include_str!("golden/chaos-300s.txt").trim());
}

#[wasm_bindgen_test]
fn a_broken_page_says_so_and_that_the_work_is_kept() {
    requeue::ui::show_panic("panicked at <b>nowhere</b>");
    let document = web_sys::window().and_then(|window| window.document()).expect("a page");
    let overlay = document.get_element_by_id("broken").expect("it says so");
    let said = overlay.text_content().unwrap_or_default();
    assert!(said.contains("What you have drawn is kept") && said.contains("<b>nowhere</b>"), "{said}");
    overlay.remove();
}

#[wasm_bindgen_test]
fn frames_of_any_length_show_the_same_run() {
    let mut app = App::default();
    app::update(&mut app, FileAction::Opened { name: "course-chapter.json".into(), text: COURSE_CHAPTER.to_owned() });
    app::update(&mut app, TimeAction::Play);
    let mut elapsed = 0;
    for millis in (1..=40).cycle() {
        if elapsed + millis > 60_000 {
            break;
        }
        elapsed += millis;
        app::update(&mut app, TimeAction::FramePassed(SimTime::from_millis(millis)));
        let session = app.session.as_ref().expect("it is open");
        let picture = tokens::picture(session.plan(), false);
        assert!(picture.tokens.iter().all(|token| token.at.x.is_finite() && token.at.y.is_finite()));
    }
    app::update(&mut app, TimeAction::Pause);
    app::update(&mut app, TimeAction::Seek(SimTime::from_secs(60)));
    while app.is_busy() {
        app::update(&mut app, TimeAction::FramePassed(SimTime::from_millis(16)));
    }
    let session = app.session.as_ref().expect("it is open");
    assert_eq!(format!("{:016x}", session.world().trace_hash()), TRACE_AT_60_S.trim());
}
