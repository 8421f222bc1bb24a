//! Saving, opening, links, pictures, and bad files.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::visitor::*;

both_ways!(saved_loaded_anew_and_opened, a_link_shows_the_same_elsewhere, a_reload_loses_nothing);

/// The drawing, the run with its messages and its log, and the steps back: all of it is there, and nothing runs by itself.
async fn a_reload_loses_nothing(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("some time has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:20").await;
    visitor.act("#play").await;
    // How long a message flies depends on the speed, and a message counts when it has landed: a new page begins at this one.
    visitor.choose_speed(1_000).await;
    visitor.add("Quorum queue", "orders-2").await;
    visitor.act("#send").await;
    let clock = visitor.text("#clock").await;
    visitor.landed().await;
    let (queues, log) = (visitor.text("#queues").await, visitor.text("#log").await);
    // A reload comes back to it.
    visitor.browser.refresh().await.expect("the page loads again");
    visitor.wait_for(&Visitor::node("orders-2")).await;
    visitor.until("the same moment", async |visitor| visitor.text("#clock").await == clock).await;
    assert!(visitor.is_absent("#draft").await, "nothing is asked");
    // A new visit offers it.
    visitor.open("").await;
    visitor.wait_for("#draft-open").await;
    assert!(visitor.is_absent(&Visitor::node("orders-2")).await, "nothing opens by itself");
    let says = visitor.text("#draft").await;
    assert!(says.contains("unsaved") && says.contains(&clock), "{says}");
    visitor.act("#draft-open").await;
    visitor.until("the same moment", async |visitor| visitor.text("#clock").await == clock).await;
    visitor.landed().await;
    assert_eq!((visitor.text("#queues").await, visitor.text("#log").await), (queues, log));
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(visitor.text("#clock").await, clock, "it does not run by itself");
    visitor.act("#undo").await;
    visitor.act("#undo").await;
    visitor.until("the queue is gone", async |visitor| visitor.is_absent(&Visitor::node("orders-2")).await).await;
    visitor.act("#redo").await;
    visitor.act("#save").await;
    visitor.until("it says so", async |visitor| visitor.text("#told").await == "Saved as the-course-chapter-s-system.json.").await;
    visitor.open("").await;
    visitor.wait_for("#draft-open").await;
    let says = visitor.text("#draft").await;
    assert!(!says.contains("unsaved"), "{says}");
    visitor.leave().await;
}

/// What an earlier visit left stands beside what is begun now, until it is decided on.
#[tokio::test]
async fn what_was_kept_before_is_not_overwritten() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.add("Classic queue", "precious").await;
    visitor.open("").await;
    visitor.wait_for("#draft-open").await;
    visitor.add("Classic queue", "other").await;
    visitor.open("").await;
    // The newest is offered first, and then what was before.
    visitor.wait_for("#draft-open").await;
    assert!(visitor.text("#draft").await.contains("the newest of 2."));
    // Closing the offer deletes nothing; discarding does, and can be undone.
    visitor.click("#draft .icon-button").await;
    visitor.until("it is closed", async |visitor| visitor.is_absent("#draft").await).await;
    visitor.open("").await;
    visitor.wait_for("#draft-discard").await;
    visitor.click("#draft-discard").await;
    visitor.wait_for("#draft-restore").await;
    visitor.click("#draft-restore").await;
    visitor.until("it is offered again", async |visitor| visitor.text("#draft").await.contains("the newest of 2.")).await;
    visitor.click("#draft-discard").await;
    visitor.wait_for("#draft-restore").await;
    visitor.click("#draft-open").await;
    visitor.wait_for(&Visitor::node("precious")).await;
    assert!(visitor.is_absent(&Visitor::node("other")).await);
    // One that cannot be read is told of.
    let damage = "localStorage.setItem('requeue.2.draft', localStorage.getItem('requeue.2.draft').slice(0, 500)); return null;";
    visitor.browser.goto(&format!("{}teachers.html", visitor.site.address)).await.expect("the site answers");
    visitor.browser.execute(damage, vec![]).await.expect("it is kept");
    visitor.open("").await;
    visitor.wait_for("#draft-save").await;
    assert!(visitor.text("#draft").await.contains("cannot read it"));
    visitor.click("#draft-save").await;
    visitor.until("it says so", async |visitor| visitor.text("#told").await == "Saved as requeue-draft.json.").await;
    visitor.leave().await;
}

async fn saved_loaded_anew_and_opened(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.add("Fanout exchange", "broadcasts").await;
    visitor.act("#save").await;
    let text = visitor.saved().await;
    visitor.open("").await;
    assert!(visitor.is_absent(&Visitor::node("broadcasts")).await, "nothing opens by itself");
    visitor.open_file("kept.json", &text).await;
    visitor.wait_for(&Visitor::node("broadcasts")).await;
    // What is not saved is not lost.
    visitor.add("Classic queue", "scratch").await;
    visitor.open_file("kept-2.json", &text).await;
    visitor.wait_for("dialog[open] #replace").await;
    visitor.keys("\u{E00C}").await;
    visitor.until("it is kept", async |visitor| visitor.is_absent("dialog[open]").await).await;
    assert!(!visitor.is_absent(&Visitor::node("scratch")).await);
    visitor.leave().await;
}

async fn a_link_shows_the_same_elsewhere(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.add("Fanout exchange", "broadcasts").await;
    visitor.act("#play").await;
    visitor.until("some time has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:08").await;
    visitor.act("#play").await;
    // What is changed while time stands is in the link, too, and where parts were moved to.
    visitor.act("#send").await;
    visitor.focus(&Visitor::node("broadcasts")).await;
    visitor.keys("\u{E008}\u{E014}\u{E014}\u{E014}\u{E000}").await;
    // By the columns of two others: each page has its own drawers, and so its own zoom.
    let place = async |visitor: &Visitor| {
        let x = async |name: &str| f64::from(visitor.middle_of(&Visitor::node(name)).await.0);
        let (here, first, second) = (x("broadcasts").await, x("platform-events").await, x("analytics-queue").await);
        (here - first) / (second - first)
    };
    let clock = visitor.text("#clock").await;
    visitor.landed().await;
    let queues = visitor.text("#queues").await;
    let make = async |shared: &str, opening: &str| {
        visitor.act("#share").await;
        visitor.act(&format!("[data-share='{shared}']")).await;
        visitor.act(&format!("[data-share='{opening}']")).await;
        visitor.act("#copy-link").await;
        visitor.wait_for("#link").await;
        visitor.until("it says so", async |visitor| !visitor.text("#told-here").await.is_empty()).await;
        let link = visitor.browser.execute("return document.querySelector('#link').value;", vec![]).await.expect("the page answers");
        visitor.keys("\u{E00C}").await;
        visitor.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        let link = link.as_str().expect("a link").to_owned();
        assert!(link.len() < 16 << 10, "{} characters", link.len());
        link[link.find('#').expect("all of it is behind the #")..].to_owned()
    };
    let scenario = make("scenario", "page").await;
    let recording = make("recording", "page").await;
    let embedded = make("scenario", "embedded").await;
    let other = Visitor::begin(1440, 900, way).await;
    other.open(&scenario).await;
    other.wait_for(&Visitor::node("broadcasts")).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(other.text("#clock").await, "00:00.000", "it does not run by itself");
    other.open(&recording).await;
    other.until("the same moment", async |other| other.text("#clock").await == clock).await;
    other.landed().await;
    assert_eq!(other.text("#queues").await, queues);
    let (here, there) = (place(&visitor).await, place(&other).await);
    assert!((here - there).abs() < 0.03, "what was moved stands there: {here} {there}");
    assert!(other.is_absent("#to-now").await, "this is the end of the run");
    other.open(&embedded).await;
    other.wait_for(".house.embed").await;
    assert!(other.is_absent(".left").await && other.is_absent(".port").await);
    other.leave().await;
    visitor.leave().await;
}

/// Whatever is wrong with a file or a link is said, and the open work stays.
#[tokio::test]
async fn bad_files_and_links_are_explained_and_harm_nothing() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.add("Classic queue", "precious").await;
    visitor.click("#step").await;
    let clock = visitor.text("#clock").await;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios/course-chapter.json");
    let good = std::fs::read_to_string(source).expect("the scenario is there");
    let many = (0..5_001).map(|number| format!("{{\"name\": \"q{number}\", \"at\": [0, 0]}},")).collect::<Vec<_>>().concat();
    let files: [(&str, String, &str); 9] = [
        ("type.json", good.replace("\"topic\"", "\"topical\""), "broker.exchanges[0].type"),
        ("truncated.json", good[..good.len() / 2].to_owned(), "EOF"),
        ("large.json", " ".repeat((16 << 20) + 1), "bytes"),
        ("version.json", good.replacen("\"requeue\": 1", "\"requeue\": 99", 1), "99"),
        ("unknown.json", good.replacen("\"title\"", "\"titel\"", 1), "titel"),
        ("huge.json", good.replacen("\"queues\": [", &format!("\"queues\": [{many}"), 1), "5,000"),
        ("nan.json", good.replacen("\"seed\": 1", "\"seed\": NaN", 1), "expected"),
        ("deep.json", "[".repeat(100_000), "recursion"),
        ("empty.json", String::new(), "empty"),
    ];
    for (name, text, wanted) in files {
        visitor.open_file(name, &text).await;
        visitor
            .until(name, async |visitor| !visitor.is_absent("#unreadable").await && visitor.text("#unreadable").await.contains(name))
            .await;
        let said = visitor.text("#unreadable").await;
        assert!(said.contains(wanted), "{name}: {said}");
        assert_eq!(visitor.text("#clock").await, clock, "what was open still is");
        assert!(!visitor.is_absent(&Visitor::node("precious")).await);
        visitor.click("#unreadable button").await;
    }
    // A script in a name is a name.
    let script = "<img src=x onerror=alert(1)>";
    visitor.open_file("script.json", &good.replace("analytics-queue", script)).await;
    visitor.wait_for("dialog[open] #replace").await;
    visitor.click("#replace").await;
    visitor.until("it is opened", async |visitor| visitor.text("#queues").await.contains(script)).await;
    assert!(visitor.is_absent(".house img").await);
    // Also in RabbitMQ's definitions. They are seen first, and the system from before comes back.
    visitor.open_file("definitions.json", &format!(r#"{{"queues": [{{"name": "{script}", "vhost": "/"}}]}}"#)).await;
    visitor.wait_for("#add-services").await;
    visitor.click("#add-services").await;
    visitor.until("they are there", async |visitor| visitor.text("#import-services").await.contains("Every queue")).await;
    assert!(visitor.text("#import").await.contains(script) && visitor.is_absent(".house img").await);
    visitor.click("#discard-import").await;
    visitor.until("it is discarded", async |visitor| visitor.is_absent("#import").await).await;
    assert!(!visitor.is_absent(&Visitor::node("order-service")).await);
    visitor.leave().await;

    let visitor = Visitor::working(Way::Pointer).await;
    // Small in the link, and large when it is opened.
    let pack = "const done = arguments[0]; requeue.pack(' '.repeat(300000)).then(done);";
    let spaces = visitor.browser.execute_async(pack, vec![]).await.expect("it is packed");
    let spaces = spaces.as_str().expect("letters").to_owned();
    assert!(spaces.len() < 2_000);
    let links = [
        ("#1=AAAA".to_owned(), "damaged"),
        ("#1=%3Cscript%3E".to_owned(), "letters"),
        (format!("#1={}", "A".repeat(17 << 10)), "16 KiB"),
        ("#9=AAAA".to_owned(), "version 1"),
        (format!("#1={spaces}"), "256 KiB"),
    ];
    for (hash, wanted) in links {
        visitor.open(&hash).await;
        visitor.wait_for("#unreadable").await;
        let said = visitor.text("#unreadable").await;
        assert!(said.contains(wanted), "{}: {said}", &hash[..hash.len().min(20)]);
    }
    visitor.leave().await;
}

/// Pictures stand alone: their size is that of the canvas, and what moves is on them.
#[tokio::test]
async fn pictures_are_taken_of_the_canvas() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.choose_speed(2_000).await;
    visitor.click("#play").await;
    visitor.until("messages are delivered", async |visitor| visitor.text("#log").await.contains("Delivered")).await;
    visitor.click("#play").await;
    let end = async |kind: &str| {
        let file = || {
            std::fs::read_dir(&visitor.downloads)
                .expect("the folder")
                .filter_map(Result::ok)
                .map(|file| file.path())
                // The browser puts an empty file there first.
                .find(|path| path.extension().is_some_and(|end| end == kind) && path.metadata().is_ok_and(|file| file.len() > 0))
        };
        visitor.until(kind, async |_| file().is_some()).await;
        std::fs::read(file().expect("it is there")).expect("it can be read")
    };
    visitor.command("Picture of the canvas (SVG)").await;
    let drawing = String::from_utf8(end("svg").await).expect("text");
    assert!(
        drawing.starts_with("<svg") && drawing.contains("order-service") && drawing.matches("<circle cx=").count() > 5,
        "{}",
        &drawing[..200]
    );
    visitor.command("Picture of the canvas (PNG)").await;
    let image = end("png").await;
    let side = |at: usize| u32::from_be_bytes(image[at..at + 4].try_into().expect("four bytes"));
    let canvas = visitor
        .browser
        .execute("const r = document.querySelector('.drawing').getBoundingClientRect(); return [r.width * 2, r.height * 2];", vec![])
        .await
        .expect("the page answers");
    assert_eq!(json!([side(16), side(20)]), canvas, "twice as fine as the page");
    visitor.leave().await;
}
