//! The page's ledger names everything that vanished.

use requeue::app::glossary::meaning;
use requeue::app::ledger::{Row, Tone, losses, missing, rows};
use requeue::app::{App, FileAction};
use requeue::base::SimTime;
use requeue::sim::ledger::Ledger;

use super::support::*;

const UNBOUND_DEAD_LETTERS: &str = include_str!("../accounting/dead-letter-exchange-without-binding.json");

/// What is lost in total is their sum.
const LOSSES: [&str; 5] = ["Dropped or refused", "Unroutable", "Unroutable dead letters", "Abandoned", "Lost"];

fn ledger_of(text: &str, seconds: u64) -> Ledger {
    let mut app = App::default();
    act(&mut app, FileAction::Opened { name: "x.json".into(), text: text.into() });
    play(&mut app, seconds);
    assert!(session(&app).world().now() > SimTime::ZERO);
    session(&app).world().ledger()
}

fn row<'a>(rows: &'a [Row<'_>], term: &str) -> Option<(&'a str, Tone)> {
    rows.iter().find(|row| row.term == term).map(|row| (&*row.value, row.tone))
}

#[test]
fn dead_letters_that_vanished_are_shown_and_summed() {
    let ledger = ledger_of(UNBOUND_DEAD_LETTERS, 2);
    let rows = rows(&ledger);
    assert_eq!(row(&rows, "Unroutable dead letters"), Some(("1", Tone::Bad)));
    assert_eq!(row(&rows, "Lost in total"), Some(("1", Tone::Bad)));
    assert_eq!(row(&rows, "Dropped or refused"), None, "no loss is said to be none beside another");
    assert!(row(&rows, "Balanced").is_some());
}

#[test]
fn where_nothing_is_lost_the_sum_says_so() {
    let ledger = ledger_of(COURSE_CHAPTER, 5);
    let rows = rows(&ledger);
    assert_eq!(row(&rows, "Lost in total"), Some(("0", Tone::Plain)));
    assert!(rows.iter().all(|row| row.tone != Tone::Bad), "{rows:?}");
}

/// Each loss has its row with its own number, the rows add up to the sum, and the glossary explains them all.
#[test]
fn the_rows_of_losses_add_up_to_what_is_lost_in_total() {
    let mut ledger = Ledger::default();
    ledger.messages.unroutable = 1;
    *ledger.messages.abandoned.get_or_default("a") = 2;
    *ledger.messages.lost.get_or_default("b") = 4;
    ledger.messages.unsent = 2;
    let copies = ledger.queues.get_or_default("q".into());
    copies.unroutable_dead_letters = 8;
    copies.refused = 16;
    *copies.dropped.get_or_default("c") = 32;
    *copies.lost.get_or_default("d") = 64;
    let rows = rows(&ledger);
    for (term, number) in [
        ("Unroutable", "1"),
        ("Abandoned", "2"),
        ("Lost", "68"),
        ("Unroutable dead letters", "8"),
        ("Dropped or refused", "48"),
        ("Never sent", "2"),
        ("Lost in total", "127"),
    ] {
        assert_eq!(row(&rows, term), Some((number, Tone::Bad)), "{term}");
    }
    for row in &rows {
        assert!(meaning(row.term).is_some(), "the page explains “{}”, and the glossary has no such entry", row.term);
    }
    let explained = meaning("Lost in total").expect("it is explained").to_lowercase();
    let mut sum = 0;
    for term in LOSSES {
        sum += row(&rows, term).and_then(|(number, _)| number.parse::<u64>().ok()).expect(term);
        assert!(explained.contains(&term.to_lowercase()), "“Lost in total” does not name “{term}”: {explained}");
    }
    assert_eq!(sum, ledger.lost_in_total());
}

/// Each loss says where and why, together they are all that is lost, and each leads to its events.
#[test]
fn every_loss_has_a_reason_and_its_events() {
    let text = COURSE_CHAPTER.replacen("\"x-dead-letter-exchange\"", "\"x-max-length\": 3, \"x-dead-letter-exchange\"", 1);
    for (text, least) in [(UNBOUND_DEAD_LETTERS, 1), (&*text, 0)] {
        let mut app = App::default();
        act(&mut app, FileAction::Opened { name: "x.json".into(), text: text.into() });
        play(&mut app, 20);
        let session = session(&app);
        let ledger = session.world().ledger();
        let found = losses(&ledger);
        assert_eq!(found.iter().map(|loss| loss.count).sum::<u64>(), ledger.lost_in_total());
        assert!(found.len() >= least, "{found:?}");
        for loss in found {
            let wanted = requeue::app::search::Wanted::phrase(&loss.finds);
            let lines = session.playhead.log.newest().map(|entry| requeue::app::words::line(&entry.occurrence, session.world()));
            let lines = lines.filter(|line| wanted.is_in(&line.detail) || wanted.is_in(line.what)).count();
            assert!(lines > 0, "{loss:?} leads to no event");
        }
    }
}

/// An order whose message is still in work is not missing: at last each is done, or in work, or can come no more.
#[test]
fn what_is_in_work_is_not_missing() {
    let mut app = opened();
    let (mut worked, mut gone_before) = (0, 0);
    for _ in 0..40 {
        play(&mut app, 1);
        let world = session(&app).world();
        let business = world.ledger().business;
        let (gone, in_work) = missing(world, &business, "email sent");
        let in_work = in_work.expect("there are few messages");
        assert_eq!(gone + in_work, business.missing("email sent"));
        // What waits as a dead letter, where no program consumes, can come no more.
        let dead = world.broker().queue("notification-queue.dead").map_or(0, requeue::broker::view::QueueView::ready);
        assert!(gone <= dead, "{gone} missing, and {dead} dead letters, at {}", world.now());
        assert!(gone >= gone_before, "{gone} after {gone_before} at {}: what can come no more does not come", world.now());
        gone_before = gone;
        worked += in_work;
    }
    assert!(worked > 10 && gone_before > 0, "{worked} in work, {gone_before} missing");
    // The consumer is down: what waits for it may still come.
    let id = notification_service(&app);
    act(&mut app, requeue::app::OperateAction::Kill(id));
    play(&mut app, 5);
    let world = session(&app).world();
    let business = world.ledger().business;
    let (gone, in_work) = missing(world, &business, "email sent");
    assert_eq!(gone, gone_before);
    assert!(in_work.is_some_and(|in_work| in_work > 3));
}
