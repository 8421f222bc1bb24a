use super::routes::overlaps;
use super::*;
use crate::broker::exchange::topic::matches;
use proptest::prelude::*;

#[test]
fn keys_that_differ_by_a_slip() {
    for (one, other, expected) in [
        ("order.placed", "orders.placed", true),
        ("order.placed", "order.palced", true),
        ("order.placed", "order.placed", true),
        ("order.placed", "order.shipped", false),
        ("", "ab", true),
        ("", "abc", false),
        ("grün", "grun", true),
    ] {
        assert_eq!((is_nearly(one, other), is_nearly(other, one)), (expected, expected), "{one} and {other}");
    }
}

fn key(words: &'static [&'static str], length: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(words), 0..=length).prop_map(|words| words.join("."))
}

/// Every key of up to so many words.
fn keys(length: usize) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut last = keys.clone();
    for _ in 0..length {
        let longer = |key: &String| ["a", "b", "c"].map(|word| if key.is_empty() { word.to_owned() } else { format!("{key}.{word}") });
        last = last.iter().flat_map(longer).collect();
        keys.extend(last.iter().cloned());
    }
    keys
}

proptest! {
    #[test]
    fn a_pattern_and_a_key_overlap_where_an_exchange_matches_them(
        pattern in key(&["a", "b", "*", "#", ""], 5),
        key in key(&["a", "b", ""], 5),
    ) {
        prop_assert_eq!(overlaps(&pattern, &key), matches(&pattern, &key));
    }

    /// Words of one another's length at most: six of them are enough for two patterns of three.
    #[test]
    fn two_patterns_overlap_where_some_key_matches_both(one in key(&["a", "b", "*", "#"], 3), other in key(&["a", "b", "*", "#"], 3)) {
        let both = keys(6).iter().any(|key| matches(&one, key) && matches(&other, key));
        prop_assert_eq!(overlaps(&one, &other), both, "{} and {}", one, other);
        prop_assert_eq!(overlaps(&other, &one), both);
    }
}
