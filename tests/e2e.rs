//! The hosted site in a real browser, under its content security policy, through ChromeDriver.
//!
//! Run by `./scripts/test`, which builds the site and starts the driver; it needs `REQUEUE_SITE` (the built site) and
//! `REQUEUE_WEBDRIVER` (the driver's address).
#![cfg(all(feature = "e2e", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, reason = "a test waits in real time, and is told by its environment where things are")]

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// How long the page may take for what it should do at once: these machines are slow and shared.
const PATIENCE: Duration = Duration::from_mins(1);

/// Serves the built site from a thread of its own.
struct Site {
    server: Arc<tiny_http::Server>,
    address: String,
}

impl Site {
    fn serve(folder: PathBuf) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a free port on loopback"));
        let address = format!("http://{}", server.server_addr());
        let worker = server.clone();
        std::thread::spawn(move || {
            for request in worker.incoming_requests() {
                let path = request.url().trim_start_matches('/').split('?').next().unwrap_or_default().to_owned();
                let file = folder.join(if path.is_empty() { "index.html" } else { &path });
                let _ = match std::fs::read(&file) {
                    Ok(bytes) => {
                        let header = tiny_http::Header::from_bytes("Content-Type", media_type(&file)).expect("a valid header");
                        request.respond(tiny_http::Response::from_data(bytes).with_header(header))
                    }
                    Err(_) => request.respond(tiny_http::Response::empty(404)),
                };
            }
        });
        Self { server, address }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// What the browser's console says; not part of the standard, but ChromeDriver has it.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// A visitor with a browser of their own.
struct Visitor {
    browser: Client,
    _site: Site,
}

impl Visitor {
    async fn arrive(width: u32, height: u32) -> Self {
        let folder = PathBuf::from(std::env::var("REQUEUE_SITE").expect("REQUEUE_SITE names the built site"));
        let driver = std::env::var("REQUEUE_WEBDRIVER").expect("REQUEUE_WEBDRIVER is ChromeDriver's address");
        let page = std::fs::read_to_string(folder.join("index.html")).expect("the site is built");
        assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"), "the site has its policy");
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".into(),
            "--disable-gpu".into(),
            "--disable-dev-shm-usage".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--no-first-run".into(),
        ];
        arguments.push(format!("--window-size={width},{height}"));
        let mut options = json!({ "args": arguments });
        if let Ok(binary) = std::env::var("REQUEUE_CHROMIUM") {
            options["binary"] = json!(binary);
        }
        let capabilities = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is written as an object") };
        let browser =
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new()).capabilities(capabilities).connect(&driver).await;
        let browser = browser.expect("ChromeDriver starts a browser");
        let site = Site::serve(folder);
        browser.goto(&site.address).await.expect("the site answers");
        let visitor = Self { browser, _site: site };
        visitor.wait_for("#play").await;
        visitor
    }

    async fn wait_for(&self, css: &str) {
        self.browser.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Clicks what a pointer would hit there. Finding, looking and clicking are one script: while the world runs, a page that is
    /// redrawn between finding and clicking would make the click miss.
    async fn click(&self, css: &str) {
        const HIT: &str = "const e = document.querySelector(arguments[0]); if (!e) return 'is not on the page'; \
            e.scrollIntoView({ block: 'nearest', inline: 'nearest' }); const r = e.getBoundingClientRect(); \
            const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2); \
            if (!hit || !(e.contains(hit) || hit.closest('label')?.contains(e))) return 'is covered by ' + (hit && hit.outerHTML.slice(0, 80)); \
            if (e.disabled) return 'is disabled'; \
            e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 })); return null;";
        let answer = self.browser.execute(HIT, vec![json!(css)]).await.expect("the page answers");
        assert!(answer.is_null(), "{css} {answer}");
    }

    async fn text(&self, css: &str) -> String {
        // The page may redraw between finding and reading.
        let script = "const e = document.querySelector(arguments[0]); return e ? e.textContent : null;";
        let text = self.browser.execute(script, vec![json!(css)]).await.expect("the page answers");
        text.as_str().unwrap_or_else(|| panic!("{css} is not on the page")).to_owned()
    }

    async fn count(&self, queue: &str, which: &str) -> u64 {
        let text = self.text(&format!("[data-queue='{queue}'] [data-count='{which}']")).await;
        text.parse().unwrap_or_else(|_| panic!("{which} of {queue} is {text:?}"))
    }

    async fn until(&self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self).await {
            assert!(start.elapsed() < PATIENCE, "in vain waited until {what}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn type_into(&self, css: &str, text: &str) {
        let field = self.browser.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.expect("it can be cleared");
        field.send_keys(text).await.expect("it can be typed into");
    }

    async fn choose_speed(&self, thousandths: u32) {
        let select = self.browser.find(Locator::Css("#speed")).await.expect("there is a speed");
        select.select_by_value(&thousandths.to_string()).await.expect("this speed is offered");
    }

    /// The errors and warnings of the console, and good-bye.
    async fn leave(self) {
        let log = self.browser.issue_cmd(ConsoleLog).await.expect("ChromeDriver has the console");
        let said: Vec<String> = log
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .map(ToString::to_string)
            .collect();
        self.browser.close().await.expect("the browser closes");
        assert!(said.is_empty(), "the console is not clean:\n{}", said.join("\n"));
    }
}

#[tokio::test]
async fn a_first_visit_from_play_to_dead_letter() {
    let visitor = Visitor::arrive(1440, 900).await;
    assert_eq!(visitor.text("h1").await, "The course chapter's system");
    assert_eq!(visitor.count("notification-queue", "total").await, 0, "it does not run by itself");

    visitor.choose_speed(5_000).await;
    visitor.click("#play").await;
    visitor.until("messages are delivered", async |visitor| visitor.text("#log").await.contains("Delivered")).await;
    visitor.until("the consumer holds some", async |visitor| visitor.count("notification-queue", "unacked").await > 0).await;

    // Whether it holds any changes from moment to moment: time stands still for the kill.
    visitor.click("#play").await;
    visitor
        .until("it holds some while time stands still", async |visitor| {
            let holds = visitor.count("notification-queue", "unacked").await > 0;
            if !holds {
                visitor.click("#step").await;
            }
            holds
        })
        .await;
    visitor.click("[data-toggle='notification-service']").await;
    visitor.click("#play").await;
    visitor.until("nothing is unacked", async |visitor| visitor.count("notification-queue", "unacked").await == 0).await;
    visitor.until("messages pile up", async |visitor| visitor.count("notification-queue", "ready").await >= 15).await;
    assert_eq!(visitor.count("notification-queue", "unacked").await, 0);

    visitor.click("[data-toggle='notification-service']").await;
    // The log is past them soon; the hint stays done.
    visitor.until("they come again", async |visitor| visitor.text(".hints").await.contains("marked as redelivered. (done)")).await;
    visitor.until("the queue has drained", async |visitor| visitor.count("notification-queue", "ready").await <= 3).await;

    visitor.until("a poison message is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector").await;
    assert!(visitor.text("#inspector .messages").await.contains("rejected"), "the inspector says why it died");
    assert!(visitor.text("#ledger").await.contains("Balanced"));
    assert!(!visitor.text("#ledger").await.contains("Not balanced"));
    visitor.leave().await;
}

#[tokio::test]
async fn a_poison_message_by_hand_is_found_in_the_dead_letter_queue() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.type_into("#composer-key", "order.refunded").await;
    visitor.type_into("#composer-payload", "{\"orderId\": 1}").await;
    visitor.click("#publish").await;
    visitor
        .until("the page tells where it went", async |visitor| {
            visitor.text("#composer-result").await == "One copy each to notification-queue and analytics-queue."
        })
        .await;
    visitor.choose_speed(2_000).await;
    visitor.click("#play").await;
    visitor.until("it is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector").await;
    assert!(visitor.text("#inspector .messages").await.contains("order.refunded"), "under its original key");
    visitor.leave().await;
}

#[tokio::test]
async fn a_phone_and_a_keyboard() {
    let visitor = Visitor::arrive(500, 844).await;
    let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
    let beyond = visitor.browser.execute(script, vec![]).await.expect("the page answers");
    assert!(beyond.as_i64().is_some_and(|pixels| pixels <= 0), "nothing sticks out at the side: {beyond}");
    // A click on the card's own switch, as a node of the canvas, by keyboard.
    let power = visitor.browser.find(Locator::Css("[data-power='notification-service']")).await.expect("the card has a switch");
    let focus = "arguments[0].focus()";
    visitor.browser.execute(focus, vec![serde_json::to_value(&power).expect("an element")]).await.expect("it takes the focus");
    visitor.browser.active_element().await.expect("something has the focus").send_keys("\u{E007}").await.expect("Enter");
    visitor.until("it is down", async |visitor| visitor.text("[data-service='notification-service']").await.contains("down")).await;
    visitor.leave().await;
}

#[tokio::test]
async fn rewinding_branching_and_going_back() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.choose_speed(20_000).await;
    visitor.click("#play").await;
    visitor.until("half a minute has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:30").await;
    visitor.click("#play").await;
    let end = visitor.text("#clock").await;
    let balance = visitor.text("#ledger").await;
    let scrub = "const s = document.querySelector('#scrubber'); s.value = arguments[0]; s.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    visitor.browser.execute(scrub, vec![json!("10000")]).await.expect("the scrubber moves");
    visitor.until("it is ten seconds", async |visitor| visitor.text("#clock").await == "00:10.000").await;
    assert!(visitor.text("#branches").await.contains("You are in the past"));
    visitor.click("#back").await;
    visitor.until("it is before that", async |visitor| visitor.text("#clock").await.as_str() < "00:10.000").await;
    visitor.click("[data-toggle='notification-service']").await;
    visitor.until("it is another branch", async |visitor| visitor.text("#branches").await.contains("another branch")).await;
    visitor.click("#swap").await;
    let until: f64 = 60_000.0;
    visitor.browser.execute(scrub, vec![json!(until.to_string())]).await.expect("the scrubber moves");
    visitor.until("it is where it was", async |visitor| visitor.text("#clock").await == end).await;
    assert_eq!(visitor.text("#ledger").await, balance, "the old branch is as it was");
    visitor.leave().await;
}

#[tokio::test]
async fn a_message_tells_its_story() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.choose_speed(20_000).await;
    visitor.click("#play").await;
    visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
    visitor.click("#play").await;
    visitor.click("[data-queue='notification-queue.dead'] button").await;
    visitor.wait_for("#inspector .messages .link").await;
    visitor.click("#inspector .messages .link").await;
    visitor.wait_for("#biography .story").await;
    let story = visitor.text("#biography").await;
    for part in ["ready in notification-queue.dead", "Handler failed", "Dead-lettered", "acknowledged in analytics-queue"] {
        assert!(story.contains(part), "{part}: {story}");
    }
    visitor.leave().await;
}

#[tokio::test]
async fn a_queue_is_drawn_bound_changed_and_undone_with_the_keyboard() {
    let visitor = Visitor::arrive(1440, 900).await;
    let press = async |css: &str, keys: &str| {
        let element = visitor.browser.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        let focus = vec![serde_json::to_value(&element).expect("an element")];
        visitor.browser.execute("arguments[0].focus()", focus).await.expect("it takes the focus");
        visitor.browser.active_element().await.expect("something has the focus").send_keys(keys).await.expect("keys");
    };
    let enter = "\u{E007}";
    press("[data-part='Classic queue']", enter).await;
    visitor.wait_for("[data-queue='queue-1']").await;
    press(".node[aria-label*='platform-events topic']", enter).await;
    press(".node[aria-label*='platform-events topic']", "c").await;
    visitor.wait_for("#connecting").await;
    press(".node[aria-label^='queue-1 ']", enter).await;
    press(".node[aria-label*='platform-events topic']", enter).await;
    visitor.wait_for("#binding-4").await;
    // All of it is selected, and typed over.
    press("#binding-4", "\u{E009}a\u{E000}order.placed\u{E007}").await;
    visitor.choose_speed(5_000).await;
    visitor.click("#play").await;
    visitor.until("it hears of orders", async |visitor| visitor.count("queue-1", "ready").await > 2).await;
    visitor.click("#play").await;
    press("[data-queue='queue-1'] button", enter).await;
    visitor.wait_for("#delete").await;
    // Bound to a queue it cannot be.
    press("#connect", enter).await;
    press(".node[aria-label^='analytics-queue ']", enter).await;
    visitor.wait_for("#objection").await;
    assert!(visitor.text("#objection").await.contains("put an exchange between"));
    press("[data-queue='queue-1'] button", enter).await;
    press("#delete", enter).await;
    visitor.until("it is gone", async |visitor| !visitor.text("#queues").await.contains("queue-1")).await;
    assert!(visitor.text("#log").await.contains("Deleted queue queue-1"));
    for _ in 0..4 {
        press("#undo", enter).await;
    }
    let undo = visitor.browser.find(Locator::Css("#undo")).await.expect("it is there");
    assert!(!undo.is_enabled().await.expect("the page answers"), "nothing is left to undo");
    assert!(visitor.text("#ledger").await.contains("Balanced") && !visitor.text("#ledger").await.contains("Not balanced"));
    visitor.leave().await;
}

#[tokio::test]
async fn what_was_drawn_is_there_after_a_reload() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.click("[data-part='Quorum queue']").await;
    visitor.wait_for("[data-queue='queue-1']").await;
    visitor.browser.refresh().await.expect("the page loads again");
    visitor.wait_for("#draft-open").await;
    assert!(!visitor.text("#queues").await.contains("queue-1"), "nothing opens by itself");
    visitor.click("#draft-open").await;
    visitor.wait_for("[data-queue='queue-1']").await;
    visitor.leave().await;
}

#[tokio::test]
async fn before_it_is_published_the_page_says_who_would_get_it_and_why() {
    let visitor = Visitor::arrive(1440, 900).await;
    let preview = visitor.text("#preview").await;
    assert!(preview.contains("One copy each would go to inventory-queue, notification-queue, analytics-queue."), "{preview}");
    visitor.type_into("#composer-key", "user.created").await;
    visitor
        .until("the preview follows", async |visitor| visitor.text("#preview").await.contains("One copy would go to analytics-queue."))
        .await;
    let preview = visitor.text("#preview").await;
    assert!(preview.contains("user is not order") && preview.contains("# is user.created"), "{preview}");
    visitor.leave().await;
}

#[tokio::test]
async fn another_scenario_from_the_gallery() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.click("#scenarios").await;
    visitor.wait_for("[data-exhibit='retry-quorum.json']").await;
    visitor.click("[data-exhibit='retry-quorum.json']").await;
    visitor.until("it is open", async |visitor| visitor.text("h1").await == "First fix: a quorum queue counts").await;
    visitor.choose_speed(1_000_000).await;
    visitor.click("#play").await;
    visitor.until("its story is told", async |visitor| visitor.text("#clock").await == "01:30.000").await;
    let expected = visitor.text("#expectations").await;
    assert!(!expected.contains("not so") && !expected.contains("not yet"), "{expected}");
    visitor.leave().await;
}

#[tokio::test]
async fn a_broken_file_is_explained_and_harms_nothing() {
    let visitor = Visitor::arrive(1440, 900).await;
    visitor.click("#step").await;
    let clock = visitor.text("#clock").await;
    let mut good = String::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/scenarios/course-chapter.json");
    std::fs::File::open(source).and_then(|mut file| file.read_to_string(&mut good)).expect("the scenario is there");
    let broken = std::env::temp_dir().join(format!("requeue-broken-{}.json", std::process::id()));
    std::fs::write(&broken, good.replace("\"topic\"", "\"topical\"")).expect("a temporary file");
    let input = visitor.browser.find(Locator::Css("#open-file")).await.expect("there is a file input");
    input.send_keys(&broken.to_string_lossy()).await.expect("a file can be chosen");
    visitor.wait_for("#unreadable").await;
    let said = visitor.text("#unreadable").await;
    assert!(said.contains("broker.exchanges[0].type") && said.contains("topical"), "{said}");
    assert_eq!(visitor.text("#clock").await, clock, "what was open still is");
    std::fs::remove_file(broken).expect("it was written");
    visitor.leave().await;
}
