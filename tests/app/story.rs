//! The story of a message that goes round and round.

use requeue::app::story::{self, Row};
use requeue::app::{SelectAction, Speed, TimeAction, words};
use requeue::base::SimTime;
use requeue::sim::TimedEvent;

use super::support::*;

/// A poison message in a hot loop: hundreds of rounds are one row, the newest is told, and nothing of it is lost.
#[test]
fn equal_rounds_of_a_loop_are_one_row() {
    let mut app = in_class(include_str!("../../static/lessons/lab-hot-loop.md"));
    act(&mut app, TimeAction::SetSpeed(Speed::Factor(20_000)));
    play(&mut app, 4);
    wait(&mut app);
    let event = session(&app).playhead.log.newest().find_map(|entry| {
        let line = words::line(&entry.occurrence, session(&app).world());
        (line.what == "Requeued").then(|| entry.occurrence.what.about().cloned()).flatten()
    });
    let event = event.expect("a message goes round");
    act(&mut app, SelectAction::Story(Some(event)));
    wait(&mut app);
    let told = session(&app).playhead.story.as_ref().expect("it is asked for");
    let entries: Vec<(usize, &TimedEvent)> = told.life.as_ref().expect("it is told").entries.iter().enumerate().collect();
    let rows = story::rows(&entries);
    assert!(entries.len() > 200 && rows.len() < story::ROWS, "{} of {}", rows.len(), entries.len());
    // Each entry is in one row, in its order.
    let count: usize = rows.iter().map(|row| if let Row::Rounds { times, of, .. } = row { times * of.len() } else { 1 }).sum();
    assert_eq!(count, entries.len());
    let most = rows.iter().filter_map(|row| if let Row::Rounds { times, of, last } = row { Some((*times, of, *last)) } else { None });
    let (times, of, last) = most.max_by_key(|(times, ..)| *times).expect("there are rounds");
    let what: Vec<&str> = of.iter().map(|(_, entry)| words::line(entry, session(&app).world()).what).collect();
    assert!(times > 50 && what.contains(&"Requeued") && last > SimTime::ZERO, "{times} of {what:?}");
    // The newest round is told entry by entry.
    let Some(Row::One(newest)) = rows.last() else { panic!("the newest is no sum") };
    assert_eq!(newest.0, entries.len() - 1);
    // All of it is there when that is wanted.
    act(&mut app, SelectAction::WholeStory);
    assert_eq!(session(&app).playhead.story.as_ref().and_then(|story| story.whole), Some(story::ROWS));
    act(&mut app, SelectAction::WholeStory);
    assert_eq!(session(&app).playhead.story.as_ref().and_then(|story| story.whole), Some(story::ROWS + story::MORE_ROWS));
}

/// While time passes and nothing happens to the message, its story is of now.
#[test]
fn a_story_follows_the_run() {
    let mut app = opened();
    play(&mut app, 8);
    let acknowledged = session(&app).playhead.log.newest().find_map(|entry| {
        let line = words::line(&entry.occurrence, session(&app).world());
        (line.what == "Acknowledged").then(|| entry.occurrence.what.about().cloned()).flatten()
    });
    act(&mut app, SelectAction::Story(Some(acknowledged.expect("one is acknowledged"))));
    wait(&mut app);
    let until = |app: &requeue::app::App| session(app).playhead.story.as_ref().map(|story| story.at).expect("a story");
    let before = until(&app);
    act(&mut app, TimeAction::Play);
    for _ in 0..100 {
        act(&mut app, TimeAction::FramePassed(SimTime::from_millis(50)));
        app.worked(SimTime::ZERO);
        let now = session(&app).world().now();
        assert!(until(&app) + SimTime::from_millis(1_100) >= now, "told until {} at {now}", until(&app));
    }
    assert!(until(&app) > before);
}
