//! What the messages were for: which orders were accepted, saved and announced, and what was done for each.
//!
//! Everything that happens is part of a story. A request from outside begins one, and so does a schedule that fires or a message published
//! by hand. Events carry their story's number as the correlation id, so that it can be followed to its end.

use super::chunked::Chunked;
use super::ids::StoryId;
use super::names::ByName;
use crate::base::ordered::OrderedMap;
use crate::broker::Name;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Business {
    pub requests: u64,
    /// Requests that were answered with success.
    pub accepted: u64,
    /// Answered with an error, or refused.
    pub failed: u64,
    /// Whose client waited as long as it could.
    pub gave_up: u64,
    /// New records.
    pub records: u64,
    /// Orders of which there is a record.
    pub saved: u64,
    /// Orders of which a service has more than one record.
    saved_twice: u64,
    pub effects: OrderedMap<Name, Effect>,
    stories: Chunked<Story>,
}

/// One order, in most scenarios.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Story {
    accepted: bool,
    /// An event of it reached a queue.
    announced: bool,
    saved: bool,
    /// There is more than one record of it in one place.
    saved_twice: bool,
    /// A program began it by itself: on a schedule, or when it started.
    unasked: bool,
}

/// The effect, and its recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub done: u64,
    /// Done again for the same recipient.
    pub duplicated: u64,
    /// Done by an event that was made before another which had done it for the same recipient.
    pub out_of_order: u64,
    by_story: Chunked<u8>,
    by_whom: Tally,
}

/// Counts by name. Most names end in a running number, as `e-12` does, and are counted in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    numbered: OrderedMap<Name, Numbered>,
    named: ByName<Times>,
}

/// How often, and the largest number of an event that did it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Times {
    count: u8,
    latest: u32,
}

impl Times {
    /// How often it was before, and whether a later event was first.
    fn add(&mut self, event: u32) -> (u8, bool) {
        let before = self.count;
        self.count = before.saturating_add(1);
        let is_late = event > 0 && event < self.latest;
        self.latest = self.latest.max(event);
        (before, is_late)
    }
}

/// What has one prefix, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Numbered {
    counts: Chunked<Times>,
    different: usize,
}

/// Numbers much larger than those that came before are names.
#[expect(clippy::cast_possible_truncation, reason = "it is a small number")]
const GAP_MAX: usize = crate::base::limits::ID_GAP as usize;

/// A list has at most so many places for each name in it.
const PLACES_MAX: usize = 16;

/// Names that all differ before their number have no lists.
const PREFIXES_MAX: usize = 100;

impl Tally {
    /// How often it was counted before, and whether by an event that was made later.
    fn add(&mut self, whom: &str, event: u32) -> (u8, bool) {
        let prefix = whom.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = &whom[prefix.len()..];
        // 007 is another name than 7.
        let number = digits.parse::<usize>().ok().filter(|_| digits.len() == 1 || !digits.starts_with('0'));
        if number.is_some() && !self.numbered.contains_key(prefix) && self.numbered.len() < PREFIXES_MAX {
            self.numbered.insert(prefix.into(), Numbered::default());
        }
        let list = number.and_then(|number| {
            let list = self.numbered.get_mut(prefix)?;
            let is_near = number < list.counts.len() || number < PLACES_MAX * list.different + GAP_MAX;
            (is_near && !self.named.contains(whom)).then_some((number, list))
        });
        let times = match list {
            Some((number, list)) => {
                let times = list.counts.reach(number);
                list.different += usize::from(times.count == 0);
                times
            }
            None => self.named.of(whom),
        };
        times.add(event)
    }
}

impl Business {
    /// Something begins.
    pub(super) fn begin(&mut self) -> StoryId {
        if self.stories.is_empty() {
            self.stories.push(Story::default()); // 0 is no story
        }
        self.stories.push(Story::default());
        self.stories.len() as u64 - 1
    }

    /// A program begins something by itself.
    pub(super) fn begin_unasked(&mut self) -> StoryId {
        let story = self.begin();
        if let Some(story) = self.story(story) {
            story.unasked = true;
        }
        story
    }

    /// How many there are.
    pub(super) fn stories(&self) -> usize {
        self.stories.len().saturating_sub(1)
    }

    /// How many names have no place in a list: each takes more memory than a number does.
    pub(super) fn names(&self) -> usize {
        self.effects.values().map(|effect| effect.by_whom.named.len()).sum()
    }

    fn story(&mut self, story: StoryId) -> Option<&mut Story> {
        self.stories.get_mut(usize::try_from(story).ok().filter(|story| *story > 0)?)
    }

    pub(super) fn accepted(&mut self, story: StoryId) {
        self.accepted += 1;
        if let Some(story) = self.story(story) {
            story.accepted = true;
        }
    }

    /// `again`: the same service has one of this story already.
    pub(super) fn recorded(&mut self, story: StoryId, again: bool) {
        self.records += 1;
        let Some(story) = self.story(story) else { return };
        let new_twice = again && !std::mem::replace(&mut story.saved_twice, true);
        let new = !std::mem::replace(&mut story.saved, true);
        self.saved_twice += u64::from(new_twice);
        self.saved += u64::from(new);
    }

    pub(super) fn announced(&mut self, story: StoryId) {
        if let Some(story) = self.story(story).filter(|story| !story.announced) {
            story.announced = true;
        }
    }

    /// `event`: the number of the event that led to it; 0 is none.
    pub(super) fn done(&mut self, what: &Name, whom: &str, story: StoryId, event: u32) {
        let effect = self.effects.get_or_default(what.clone());
        effect.done += 1;
        let (before, is_late) = effect.by_whom.add(whom, event);
        effect.duplicated += u64::from(before > 0);
        effect.out_of_order += u64::from(is_late);
        if let Some(index) = usize::try_from(story).ok().filter(|story| *story > 0) {
            let count = effect.by_story.reach(index);
            *count = count.saturating_add(1);
        }
    }

    /// Requests of which there is more than one record.
    #[must_use]
    pub const fn saved_twice(&self) -> u64 {
        self.saved_twice
    }

    /// Orders that are saved, and no event about them ever reached a queue.
    #[must_use]
    pub fn unannounced(&self) -> u64 {
        self.count(|story| story.saved && !story.announced)
    }

    fn count(&self, holds: impl Fn(&Story) -> bool) -> u64 {
        self.stories.iter().filter(|story| holds(story)).count() as u64
    }

    /// The orders that need the effect: all saved ones, or, where nothing is saved, all accepted ones.
    fn is_owed(&self, story: Story) -> bool {
        if self.records > 0 { story.saved } else { story.accepted }
    }

    /// Whether orders have the effect. A monitor's alert is none: programs did it by themselves each time, and there is no record of that.
    #[must_use]
    pub fn is_of_orders(&self, what: &str) -> bool {
        self.effects.get(what).is_none_or(|effect| {
            let of_stories = effect.by_story.iter().zip(self.stories.iter()).filter(|(count, _)| **count > 0);
            let (mut all, mut others) = (0, 0);
            for (count, story) in of_stories {
                all += u64::from(*count);
                others += u64::from(!story.unasked || story.saved);
            }
            // Of some it is not known where they come from.
            others > 0 || all == 0
        })
    }

    /// Orders that are owed the effect and have not had it.
    #[must_use]
    pub fn missing(&self, what: &str) -> u64 {
        self.all_missing(what).count() as u64
    }

    /// Of those, the ones that are none of these stories, which are in order. Where programs have announcements to send, orders that were
    /// not announced may come, too.
    #[must_use]
    pub fn missing_beside(&self, what: &str, at_work: &[StoryId], announces: bool) -> u64 {
        let may_come = |index: usize| {
            let story = self.stories.get(index);
            at_work.binary_search(&(index as StoryId)).is_ok() || announces && story.is_some_and(|story| !story.announced)
        };
        self.all_missing(what).filter(|index| !may_come(*index)).count() as u64
    }

    fn all_missing(&self, what: &str) -> impl Iterator<Item = usize> {
        let by_story = self.effects.get(what).map(|effect| &effect.by_story);
        let had = move |index: usize| by_story.and_then(|counts| counts.get(index)).is_some_and(|count| *count > 0);
        let stories = self.is_of_orders(what).then(|| self.stories.iter().enumerate()).into_iter().flatten();
        stories.filter(move |(index, story)| self.is_owed(**story) && !had(*index)).map(|(index, _)| index)
    }

    /// Orders that had the effect although there is no record of them.
    #[must_use]
    pub fn invented(&self, what: &str) -> u64 {
        let Some(effect) = self.effects.get(what).filter(|_| self.records > 0 && self.is_of_orders(what)) else { return 0 };
        let counts = effect.by_story.iter().zip(self.stories.iter());
        counts.filter(|(count, story)| **count > 0 && !story.saved).count() as u64
    }

    fn first(&self, holds: impl Fn(usize, &Story) -> bool) -> Option<Name> {
        let found = self.stories.iter().enumerate().skip(1).find(|(index, story)| holds(*index, story))?.0;
        Some(story_name(found as StoryId))
    }

    fn times_for(&self, what: &str, story: usize) -> u8 {
        self.effects.get(what).and_then(|effect| effect.by_story.get(story)).copied().unwrap_or_default()
    }

    /// The first order that is owed the effect and has not had it.
    #[must_use]
    pub fn first_missing(&self, what: &str) -> Option<Name> {
        Some(story_name(self.all_missing(what).next()? as StoryId))
    }

    /// The first order that had the effect more than once.
    #[must_use]
    pub fn first_duplicated(&self, what: &str) -> Option<Name> {
        self.first(|index, _| self.times_for(what, index) > 1)
    }

    /// The first order that had the effect although there is no record of it.
    #[must_use]
    pub fn first_invented(&self, what: &str) -> Option<Name> {
        let is_judged = self.is_of_orders(what);
        self.first(|index, story| is_judged && self.records > 0 && !story.saved && self.times_for(what, index) > 0)
    }

    /// The first request that was not answered with success.
    #[must_use]
    pub fn first_unanswered(&self) -> Option<Name> {
        self.first(|_, story| !story.accepted)
    }

    #[must_use]
    pub fn first_saved_twice(&self) -> Option<Name> {
        self.first(|_, story| story.saved_twice)
    }

    #[must_use]
    pub fn first_unannounced(&self) -> Option<Name> {
        self.first(|_, story| story.saved && !story.announced)
    }

    #[must_use]
    pub fn times_done(&self, what: &str) -> u64 {
        self.effects.get(what).map_or(0, |effect| effect.done)
    }

    #[must_use]
    pub fn duplicated(&self, what: &str) -> u64 {
        self.effects.get(what).map_or(0, |effect| effect.duplicated)
    }

    #[must_use]
    pub fn out_of_order(&self, what: &str) -> u64 {
        self.effects.get(what).map_or(0, |effect| effect.out_of_order)
    }
}

/// A story's name, as events carry it.
pub(super) fn story_name(story: StoryId) -> Name {
    format!("c-{story}").into()
}

/// The story an event carries; 0 is none.
#[must_use]
pub fn story_of(correlation_id: Option<&Name>) -> StoryId {
    let number = correlation_id.and_then(|id| id.strip_prefix("c-")).map(|id| id.split_once(OF_REQUEST).map_or(id, |(story, _)| story));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

const OF_REQUEST: char = '.';

/// The correlation id of a request and its answer. A story may make several requests.
pub(super) fn request_name(story: StoryId, number: u64) -> Name {
    format!("{}{OF_REQUEST}{number}", story_name(story)).into()
}

/// Whether it is a request or an answer. Neither announces what has happened.
pub(super) fn is_conversation(correlation_id: Option<&Name>) -> bool {
    correlation_id.is_some_and(|id| id.contains(OF_REQUEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_duplicated_and_invented() {
        let mut business = Business::default();
        let stories: Vec<StoryId> = (0..4).map(|_| business.begin()).collect();
        let email: Name = "email sent".into();
        business.recorded(stories[0], false);
        business.recorded(stories[1], false);
        business.recorded(stories[1], true);
        business.announced(stories[0]);
        business.done(&email, "e-1", stories[0], 7);
        business.done(&email, "e-1", stories[0], 7);
        business.done(&email, "somebody", stories[2], 3);
        assert_eq!((business.records, business.saved, business.saved_twice()), (3, 2, 1));
        assert_eq!(business.unannounced(), 1);
        assert_eq!((business.missing("email sent"), business.duplicated("email sent"), business.invented("email sent")), (1, 1, 1));
        assert_eq!(business.missing("card charged"), 2, "no card was");
    }

    #[test]
    fn what_programs_do_by_themselves_is_not_judged_by_order() {
        let mut business = Business::default();
        let (alert, email): (Name, Name) = ("alert".into(), "email sent".into());
        let (order, check, report) = (business.begin(), business.begin_unasked(), business.begin_unasked());
        business.recorded(order, false);
        business.done(&alert, "7", check, 0);
        business.done(&alert, "7", check, 0);
        let told = |business: &Business, what: &str| {
            assert_eq!(business.first_missing(what).is_some(), business.missing(what) > 0);
            assert_eq!(business.first_invented(what).is_some(), business.invented(what) > 0);
            (business.missing(what), business.duplicated(what), business.invented(what))
        };
        assert_eq!(told(&business, "alert"), (0, 1, 0), "no order has alerts");
        assert_eq!(told(&business, "email sent"), (1, 0, 0), "nothing is known of this one yet");
        business.done(&email, "7", report, 0);
        assert_eq!(told(&business, "email sent"), (0, 0, 0));
        // An order has it: so all of them should, and no report.
        let second = business.begin();
        business.recorded(second, false);
        business.done(&email, "8", second, 0);
        assert_eq!(told(&business, "email sent"), (1, 0, 1));
        // What a schedule saves is an order, too.
        business.recorded(report, false);
        assert_eq!(told(&business, "email sent"), (1, 0, 0));
        business.done(&"by hand".into(), "9", 0, 0);
        assert_eq!(told(&business, "by hand"), (3, 0, 0), "where it comes from is not known");
    }

    #[test]
    fn an_event_is_late_behind_a_later_one_for_the_same_recipient() {
        let mut business = Business::default();
        let what: Name = "status set".into();
        for (whom, event, late) in
            [("o-1", 4, 0), ("o-2", 3, 0), ("o-1", 4, 0), ("o-1", 2, 1), ("somebody", 9, 1), ("o-1", 5, 1), ("o-1", 0, 1)]
        {
            business.done(&what, whom, 0, event);
            assert_eq!(business.out_of_order("status set"), late, "{whom}, event {event}");
        }
        business.done(&what, "somebody", 0, 8);
        assert_eq!(business.out_of_order("status set"), 2, "a name that has no list");
    }

    /// Names in every shape and order. Each is counted for itself, and no list is much longer than its contents.
    #[test]
    fn a_tally_counts_every_name_for_itself() {
        let mut tally = Tally::default();
        let mut model = std::collections::BTreeMap::new();
        let numbers = (0..3_000_u64).map(|number| number * 7_919 % 3_001 * if number % 3 == 0 { 1 } else { 997 });
        let names = numbers.flat_map(|number| {
            [
                format!("e-{number}"),
                format!("{number}"),
                format!("e-0{number}"),
                format!("{}-{}", number, number % 7),
                format!("n{number}x"),
            ]
        });
        for name in names.collect::<Vec<_>>().iter().cycle().take(40_000) {
            let before = model.entry(name.clone()).or_insert(0_u8);
            assert_eq!(tally.add(name, 0).0, *before, "{name}");
            *before += 1;
        }
        let places: usize = tally.numbered.values().map(|list| list.counts.len()).sum();
        assert!(places <= 16 * model.len() + 3 * 1_000, "{places} places for {} names", model.len());
        let different: usize = tally.numbered.values().map(|list| list.different).sum();
        assert_eq!(different + tally.named.len(), model.len());
    }
}
