//! A monkey that clicks, types and drags.

use std::time::Duration;

use serde_json::json;

use super::visitor::*;

/// `REQUEUE_MONKEY=10x5000` is the whole of it: ten seeds, five thousand actions each.
#[tokio::test]
async fn a_monkey_breaks_nothing_and_all_it_did_is_undone() {
    let wanted = std::env::var("REQUEUE_MONKEY").unwrap_or_else(|_| "2x400".into());
    let (seeds, actions) = wanted.split_once('x').expect("SEEDSxACTIONS");
    for seed in 1..=seeds.parse::<u32>().expect("a number of seeds") {
        let visitor = Visitor::arrive(1440, 900).await;
        let save = "requeue.save = arguments[0]; document.querySelector('#save').click();";
        let first = visitor.browser.execute_async(save, vec![]).await.expect("the page answers");
        assert!(first.as_str().is_some_and(|text| text.contains("order-service")));
        let timeouts = fantoccini::wd::TimeoutConfiguration::new(Some(Duration::from_mins(20)), None, None);
        visitor.browser.update_timeouts(timeouts).await.expect("it may take its time");
        let actions = actions.parse::<u32>().expect("a number of actions");
        let told = visitor.browser.execute_async(include_str!("../page/monkey.js"), vec![json!(seed), json!(actions)]).await;
        let told = told.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert!(told["broken"].is_null(), "seed {seed}: {told:#}");
        let ledger = told["ledger"].as_str().unwrap_or_default();
        assert!(ledger.contains("Balanced") && !ledger.contains("Not balanced"), "seed {seed}: {told:#}");
        let last = visitor.browser.execute_async(save, vec![]).await.expect("the page answers");
        assert!(told["undone"].as_u64().is_some_and(|undone| undone > 0), "seed {seed} changed nothing: {told:#}");
        assert_eq!(last, first, "seed {seed}, {} undone", told["undone"]);
        visitor.leave().await;
    }
}
