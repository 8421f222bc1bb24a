//! The hosted site in a real browser, under its content security policy, through ChromeDriver.
//!
//! Run by `./scripts/test`, which builds the site and starts the driver; it needs `REQUEUE_SITE` (the built site) and
//! `REQUEUE_WEBDRIVER` (the driver's address).
#![cfg(all(feature = "e2e", feature = "cli", not(target_arch = "wasm32")))]
#![expect(clippy::disallowed_methods, reason = "a test waits in real time, and is told by its environment where things are")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
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

/// A page that embeds a lesson, as a course platform would.
const AROUND: &str = "around.html";
const AROUND_PAGE: &str = "<!doctype html><title>Around</title><script>window.told = []; addEventListener('message', (event) => told.push(event.data.requeue));</script>\
    <iframe id=frame width=900 height=600 src='/#lesson=direct.md&embed'></iframe>";

impl Site {
    fn serve(folder: PathBuf) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a free port on loopback"));
        let address = format!("http://{}", server.server_addr());
        let worker = server.clone();
        std::thread::spawn(move || {
            for request in worker.incoming_requests() {
                let path = request.url().trim_start_matches('/').split('?').next().unwrap_or_default().to_owned();
                let file = folder.join(if path.is_empty() { "index.html" } else { &path });
                let read = if path == AROUND { Ok(AROUND_PAGE.into()) } else { std::fs::read(&file) };
                let _ = match read {
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

/// How a visitor works: everything can be done in both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Pointer,
    Keyboard,
}

const ENTER: &str = "\u{E007}";
const SELECT_ALL: &str = "\u{E009}a\u{E000}";

static VISITORS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// A visitor with a browser of their own.
struct Visitor {
    browser: Client,
    site: Site,
    downloads: PathBuf,
    way: Way,
}

impl Visitor {
    async fn arrive(width: u32, height: u32) -> Self {
        let visitor = Self::begin(width, height, Way::Pointer).await;
        visitor.open("").await;
        visitor.wait_for("#play").await;
        visitor
    }

    /// At the course chapter's system.
    async fn working(way: Way) -> Self {
        let visitor = Self::begin(1440, 900, way).await;
        visitor.open("").await;
        visitor.wait_for("#play").await;
        visitor
    }

    /// The page with this behind its address.
    async fn open(&self, hash: &str) {
        // Another address in between: one that differs behind the # alone is not loaded anew.
        self.browser.goto("about:blank").await.expect("an empty page");
        self.browser.goto(&format!("{}{hash}", self.site.address)).await.expect("the site answers");
        self.wait_for("#scenarios, .house.embed #commands").await;
    }

    async fn begin(width: u32, height: u32, way: Way) -> Self {
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
        let number = VISITORS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let downloads = std::env::temp_dir().join(format!("requeue-downloads-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&downloads).expect("a temporary folder");
        let mut options = json!({ "args": arguments, "prefs": { "download.default_directory": downloads } });
        if let Ok(binary) = std::env::var("REQUEUE_CHROMIUM") {
            options["binary"] = json!(binary);
        }
        let capabilities = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is written as an object") };
        let browser =
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new()).capabilities(capabilities).connect(&driver).await;
        let browser = browser.expect("ChromeDriver starts a browser");
        Self { browser, site: Site::serve(folder), downloads, way }
    }

    async fn focus(&self, css: &str) {
        let script = "const e = document.querySelector(arguments[0]); if (!e) return false; e.scrollIntoView({ block: 'nearest' }); e.focus(); return document.activeElement === e;";
        let taken = self.browser.execute(script, vec![json!(css)]).await.expect("the page answers");
        assert_eq!(taken, json!(true), "{css} takes no focus");
    }

    async fn keys(&self, keys: &str) {
        self.browser.active_element().await.expect("something has the focus").send_keys(keys).await.expect("keys");
    }

    /// A button, a node, a summary: by click, or by Enter.
    async fn act(&self, css: &str) {
        self.wait_for(css).await;
        match self.way {
            Way::Pointer => self.click(css).await,
            Way::Keyboard => {
                self.focus(css).await;
                self.keys(ENTER).await;
            }
        }
    }

    /// Types over what stands in a field, and leaves it.
    async fn fill(&self, css: &str, text: &str) {
        self.wait_for(css).await;
        self.focus(css).await;
        self.keys(&format!("{SELECT_ALL}{text}\u{E004}")).await;
    }

    /// By its words; a keyboard goes through them by arrows.
    async fn choose(&self, css: &str, words: &str) {
        self.wait_for(css).await;
        match self.way {
            Way::Pointer => {
                let script = "const e = document.querySelector(arguments[0]); const o = [...e.options].find(o => o.text === arguments[1]); if (!o) return [...e.options].map(o => o.text); \
                    e.value = o.value; e.dispatchEvent(new Event('change', { bubbles: true })); return null;";
                let answer = self.browser.execute(script, vec![json!(css), json!(words)]).await.expect("the page answers");
                assert!(answer.is_null(), "{css} has no {words}: {answer}");
            }
            Way::Keyboard => {
                let script = "return [...document.querySelector(arguments[0]).options].findIndex(o => o.text === arguments[1]);";
                let index = self.browser.execute(script, vec![json!(css), json!(words)]).await.expect("the page answers");
                let index = index.as_u64().unwrap_or_else(|| panic!("{css} has no {words}"));
                self.focus(css).await;
                self.keys(&format!("\u{E011}{}", "\u{E015}".repeat(usize::try_from(index).expect("a short list")))).await;
            }
        }
    }

    /// Something of the palette of commands.
    async fn command(&self, name: &str) {
        match self.way {
            Way::Pointer => self.click("#commands").await,
            Way::Keyboard => self.browser.find(Locator::Css("body")).await.expect("a page").send_keys("\u{E009}k").await.expect("keys"),
        }
        self.wait_for("dialog[open] #query").await;
        self.type_into("#query", name).await;
        self.wait_for(&format!("[data-command='{name}']")).await;
        self.keys(ENTER).await;
        self.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
    }

    /// One that opens another dialog.
    async fn command_dialog(&self, name: &str) {
        self.click("#commands").await;
        self.wait_for("dialog[open] #query").await;
        self.type_into("#query", name).await;
        self.wait_for(&format!("[data-command='{name}']")).await;
        self.click(&format!("[data-command='{name}']")).await;
        self.wait_for("dialog[open] .author").await;
    }

    async fn is_absent(&self, css: &str) -> bool {
        let script = "return !document.querySelector(arguments[0]);";
        self.browser.execute(script, vec![json!(css)]).await.expect("the page answers") == json!(true)
    }

    /// A node of the canvas, by the name it begins with.
    fn node(name: &str) -> String {
        format!(".node[aria-label*='{name} ']")
    }

    async fn middle_of(&self, css: &str) -> (i32, i32) {
        let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [Math.round(r.left + r.width / 2), Math.round(r.top + r.height / 2)];";
        let at = self.browser.execute(script, vec![json!(css)]).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        let number = |index: usize| at[index].as_i64().and_then(|pixels| i32::try_from(pixels).ok()).expect("a number of pixels");
        (number(0), number(1))
    }

    /// Holds the pointer down at one place and lets it go at another.
    async fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        let moved = |at: (i32, i32)| PointerAction::MoveTo { duration: Some(Duration::from_millis(60)), x: at.0.into(), y: at.1.into() };
        let actions = MouseActions::new("mouse".into())
            .then(moved(from))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(moved((i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1))))
            .then(moved(to))
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.browser.perform_actions(actions).await.expect("the pointer moves");
    }

    /// Draws a line.
    async fn connect(&self, from: &str, to: &str) {
        let (from, to) = (Self::node(from), Self::node(to));
        match self.way {
            Way::Pointer => {
                let port = format!(".with-port:has({from}) .port");
                self.drag(self.middle_of(&port).await, self.middle_of(&to).await).await;
            }
            Way::Keyboard => {
                self.act(&from).await;
                self.focus(&from).await;
                self.keys("c").await;
                self.wait_for("#connecting").await;
                self.focus(&to).await;
                self.keys(ENTER).await;
            }
        }
        self.until("the line is drawn", async |visitor| visitor.is_absent("#connecting").await).await;
    }

    /// Puts a part on the canvas under a name.
    async fn add(&self, part: &str, name: &str) {
        self.act(&format!("[data-part='{part}']")).await;
        self.wait_for("#name").await;
        self.fill("#name", name).await;
        self.wait_for(&Self::node(name)).await;
    }

    /// The key of the binding that was just drawn, on its line.
    async fn key(&self, key: &str) {
        self.wait_for("#in-place").await;
        self.keys(&format!("{SELECT_ALL}{key}{ENTER}")).await;
        self.until("it is taken", async |visitor| visitor.is_absent("#in-place").await).await;
    }

    async fn publish(&self, exchange: &str, key: &str, payload: &str) {
        self.choose("#composer-exchange", exchange).await;
        self.type_into("#composer-key", key).await;
        self.type_into("#composer-payload", payload).await;
        self.act("#publish").await;
    }

    async fn scrub(&self, millis: u64) {
        let script = "const s = document.querySelector('#scrubber'); s.value = arguments[0]; s.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.browser.execute(script, vec![json!(millis.to_string())]).await.expect("the scrubber moves");
    }

    /// The file that was saved, as soon as it is there.
    async fn saved(&self) -> String {
        let file = || {
            let files = std::fs::read_dir(&self.downloads).expect("the folder is there").filter_map(Result::ok);
            files.map(|file| file.path()).find(|path| path.extension().is_some_and(|end| end == "json"))
        };
        self.until("the file is there", async |_| file().is_some()).await;
        let path = file().expect("it is there");
        let text = std::fs::read_to_string(&path).expect("it can be read");
        std::fs::remove_file(path).expect("it was written");
        text
    }

    async fn open_file(&self, name: &str, text: &str) {
        let path = self.downloads.join(name);
        std::fs::write(&path, text).expect("a temporary file");
        let input = self.browser.find(Locator::Css("#open-file")).await.expect("there is a file input");
        input.send_keys(&path.to_string_lossy()).await.expect("a file can be chosen");
    }

    async fn assert_balanced(&self) {
        let ledger = self.text("#ledger").await;
        assert!(ledger.contains("Balanced") && !ledger.contains("Not balanced"), "{ledger}");
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

    /// Types over what stands in a field.
    async fn type_into(&self, css: &str, text: &str) {
        self.focus(css).await;
        self.keys(&format!("{SELECT_ALL}{text}")).await;
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
        let _ = std::fs::remove_dir_all(&self.downloads);
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

/// Writes each test for both ways of working.
macro_rules! both_ways {
    ($($name:ident),* $(,)?) => { $(
        mod $name {
            #[tokio::test]
            async fn with_a_pointer() { super::$name(super::Way::Pointer).await; }
            #[tokio::test]
            async fn without_a_mouse() { super::$name(super::Way::Keyboard).await; }
        }
    )* };
}

both_ways!(
    the_chapters_system_from_nothing,
    two_bindings_deliver_one_copy,
    what_a_dead_consumer_held_comes_again,
    dead_letters_say_why,
    another_past_is_compared,
    saved_loaded_anew_and_opened,
    a_link_shows_the_same_elsewhere,
    the_table_is_an_equal_editor,
    what_is_copied_is_pasted_and_undone,
);

async fn the_chapters_system_from_nothing(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.command("New scenario").await;
    visitor.until("it is empty", async |visitor| visitor.is_absent(".node").await).await;
    visitor.add("HTTP client", "customers").await;
    // A client comes with somebody to call.
    visitor.act(&Visitor::node("service-1")).await;
    visitor.fill("#name", "order-service").await;
    visitor.wait_for(&Visitor::node("order-service")).await;
    visitor.add("Topic exchange", "platform-events").await;
    visitor.connect("order-service", "platform-events").await;
    for (queue, key, service) in [("notification-queue", "order.*", "notification-service"), ("analytics-queue", "#", "analytics-service")]
    {
        visitor.add("Classic queue", queue).await;
        visitor.connect("platform-events", queue).await;
        visitor.key(key).await;
        visitor.add("Service", service).await;
        visitor.connect(queue, service).await;
    }
    // What the order service publishes, in the form.
    visitor.act(&Visitor::node("order-service")).await;
    visitor.act("[data-item='services[0].handlers[0]'] > summary").await;
    let step = "services[0].handlers[0].steps";
    let publish = format!(
        "return [...document.querySelectorAll(\"[data-item^='{step}'] > summary\")].findIndex(e => e.textContent.startsWith('Publish'));"
    );
    let index = visitor.browser.execute(&publish, vec![]).await.expect("the page answers");
    visitor.act(&format!("[data-item='{step}[{index}]'] > summary")).await;
    visitor.fill(&format!("[id='{step}[{index}].routing_key']"), "order.placed").await;
    // Dead letters.
    visitor.add("Direct exchange", "platform-events.dlx").await;
    visitor.add("Quorum queue", "notification-queue.dead").await;
    visitor.connect("platform-events.dlx", "notification-queue.dead").await;
    visitor.key("dead").await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.choose("[id='broker.queues[0].arguments.x-dead-letter-exchange']", "platform-events.dlx").await;
    visitor.fill("[id='broker.queues[0].arguments.x-dead-letter-routing-key']", "dead").await;
    visitor.choose_speed(5_000).await;
    visitor.act("#play").await;
    let number = async |term: &str| {
        let script = "const term = [...document.querySelectorAll('#ledger dt')].find(e => e.textContent.startsWith(arguments[0])); return term ? +term.nextSibling.textContent : 0;";
        visitor.browser.execute(script, vec![json!(term)]).await.expect("the page answers").as_u64().unwrap_or_default()
    };
    visitor.until("orders come through", async |_| number("Acknowledged").await > 10).await;
    visitor.act("#play").await;
    assert_eq!(number("Copies to queues").await, 2 * number("Published").await, "a copy for each of the two queues");
    assert_eq!(number("Unroutable").await, 0);
    for queue in ["notification-queue", "analytics-queue"] {
        visitor.act(&format!("[data-queue='{queue}'] button")).await;
        let arrived = "return +[...document.querySelectorAll('#inspector dt')].find(e => e.textContent.startsWith('Acknowledged')).nextSibling.textContent;";
        let acknowledged = visitor.browser.execute(arrived, vec![]).await.expect("the page answers");
        assert!(acknowledged.as_u64().is_some_and(|count| count > 2), "{queue}: {acknowledged}");
    }
    visitor.assert_balanced().await;
    // And every bit of it can be undone.
    for _ in 0..60 {
        if !visitor.is_absent("#undo:disabled").await {
            break;
        }
        visitor.act("#undo").await;
    }
    assert!(visitor.is_absent(".node").await, "it was drawn from nothing");
    visitor.leave().await;
}

async fn two_bindings_deliver_one_copy(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.add("Classic queue", "audit").await;
    for key in ["order.placed", "order.#"] {
        visitor.connect("platform-events", "audit").await;
        visitor.key(key).await;
    }
    visitor.type_into("#composer-key", "order.placed").await;
    visitor
        .until("the preview says it", async |visitor| {
            visitor.text("#preview").await.contains("Several bindings lead to notification-queue and audit: still one copy.")
                || visitor.text("#preview").await.contains("Several bindings lead to audit: still one copy.")
        })
        .await;
    visitor.publish("platform-events", "order.placed", "{}").await;
    visitor.until("it arrived", async |visitor| visitor.count("audit", "ready").await > 0).await;
    assert_eq!(visitor.count("audit", "ready").await, 1);
    visitor.leave().await;
}

async fn what_a_dead_consumer_held_comes_again(way: Way) {
    let visitor = Visitor::working(way).await;
    // It takes its ten, and does nothing with them.
    visitor.act(&Visitor::node("notification-service")).await;
    visitor.act("[data-fault='Hang']").await;
    visitor.fill("#composer-count", "12").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 1, \"address\": {\"zip\": \"1\"}}").await;
    visitor.choose_speed(1_000).await;
    visitor.act("#play").await;
    visitor.until("it holds ten", async |visitor| visitor.count("notification-queue", "unacked").await == 10).await;
    visitor.act("#play").await;
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.wait_for("[data-messages='notification-queue']").await;
    assert!(visitor.text("[data-messages='notification-queue']").await.contains("notification-service"), "with who holds them");
    visitor.act("[data-toggle='notification-service']").await;
    visitor.act("#play").await;
    visitor.until("they are back", async |visitor| visitor.count("notification-queue", "unacked").await == 0).await;
    assert!(visitor.count("notification-queue", "ready").await >= 12);
    visitor.act("[data-toggle='notification-service']").await;
    visitor.choose("#log-filter", "trouble").await;
    visitor.until("they come again", async |visitor| visitor.text("#log").await.contains("redelivered")).await;
    visitor.act("#play").await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}

async fn dead_letters_say_why(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act("[data-toggle='notification-service']").await;
    let reason = async |wanted: &str| {
        visitor.act("[data-queue='notification-queue.dead'] button").await;
        visitor.until(wanted, async |visitor| visitor.text("[data-messages='notification-queue.dead']").await.contains(wanted)).await;
    };
    visitor.choose_speed(5_000).await;
    // Too full: the oldest goes.
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "2").await;
    visitor.fill("#composer-count", "3").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 1}").await;
    reason("maxlen").await;
    visitor.act("#purge").await;
    // Too old.
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.fill("[id='broker.queues[1].arguments.x-max-length']", "").await;
    visitor.fill("[id='broker.queues[1].arguments.x-message-ttl']", "500").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 2}").await;
    visitor.act("#play").await;
    reason("expired").await;
    visitor.act("#play").await;
    visitor.act("#purge").await;
    // Rejected, having no address.
    visitor.act("[data-queue='notification-queue'] button").await;
    visitor.fill("[id='broker.queues[1].arguments.x-message-ttl']", "").await;
    visitor.act("[data-toggle='notification-service']").await;
    visitor.publish("platform-events", "order.placed", "{\"orderId\": 3}").await;
    visitor.act("#play").await;
    reason("rejected").await;
    visitor.act("#play").await;
    visitor.wait_for("#dead-letter-alert").await;
    // Sent back, it lives again.
    let dead = visitor.count("notification-queue.dead", "ready").await;
    assert!(dead > 0);
    visitor.choose("#move-to", "to where they were published").await;
    visitor.act("#move").await;
    visitor.until("they are gone from there", async |visitor| visitor.count("notification-queue.dead", "ready").await == 0).await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}

async fn another_past_is_compared(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("twenty seconds have passed", async |visitor| visitor.text("#clock").await.as_str() > "00:20").await;
    visitor.act("#play").await;
    visitor.act("[data-toggle='notification-service']").await;
    visitor.act("#play").await;
    visitor.until("it is missed", async |visitor| visitor.count("notification-queue", "ready").await > 20).await;
    visitor.act("#play").await;
    visitor.scrub(10_000).await;
    visitor.until("it is before the crash", async |visitor| visitor.text("#clock").await == "00:10.000").await;
    visitor.act(&Visitor::node("notification-service")).await;
    let service = "return document.querySelector(\"[data-item$='.handlers[0]']\").dataset.item;";
    let handler = visitor.browser.execute(service, vec![]).await.expect("the page answers");
    let handler = handler.as_str().expect("it has a handler");
    visitor.act(&format!("[data-item='{handler}'] > summary")).await;
    visitor.fill(&format!("[id='{handler}.on.prefetch']"), "1").await;
    visitor.until("it is another branch", async |visitor| visitor.text("#branches").await.contains("another branch")).await;
    visitor.act("#play").await;
    visitor.until("time has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:40").await;
    visitor.act("#play").await;
    visitor.act("#compare").await;
    visitor.wait_for("#comparison").await;
    let comparison = visitor.text("#comparison").await;
    assert!(comparison.contains("ready(notification-queue)"), "here nobody was killed: {comparison}");
    // Two charts on one scale: one message at a time leaves more of them waiting.
    let heights = "return [...document.querySelectorAll(\"[data-compared='notification-queue'] .ready\")]
        .map(line => Math.min(...line.getAttribute('d').match(/ [\\d.]+/g).map(Number)));";
    let heights = visitor.browser.execute(heights, vec![]).await.expect("the page answers");
    let [here, there] = [0, 1].map(|column| heights[column].as_f64().expect("two charts"));
    assert!(here + 5.0 < there, "the lines come as high as {here} and {there}");
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
    visitor.choose_speed(5_000).await;
    visitor.act("#play").await;
    visitor.until("some time has passed", async |visitor| visitor.text("#clock").await.as_str() > "00:08").await;
    visitor.act("#play").await;
    let clock = visitor.text("#clock").await;
    let queues = visitor.text("#queues").await;
    let make = async |which: &str| {
        visitor.act("#share").await;
        visitor.act(&format!("[data-link='{which}']")).await;
        visitor.wait_for("#link").await;
        let link = visitor.browser.execute("return document.querySelector('#link').value;", vec![]).await.expect("the page answers");
        visitor.keys("\u{E00C}").await;
        visitor.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        let link = link.as_str().expect("a link").to_owned();
        assert!(link.len() < 16 << 10, "{} characters", link.len());
        link[link.find('#').expect("all of it is behind the #")..].to_owned()
    };
    let scenario = make("Scenario").await;
    let recording = make("Recording up to now").await;
    let embedded = make("Scenario&embed&read-only").await;
    let other = Visitor::begin(1440, 900, way).await;
    other.open(&scenario).await;
    other.wait_for(&Visitor::node("broadcasts")).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(other.text("#clock").await, "00:00.000", "it does not run by itself");
    other.open(&recording).await;
    other.until("the same moment", async |other| other.text("#clock").await == clock).await;
    assert_eq!(other.text("#queues").await, queues);
    other.open(&embedded).await;
    other.wait_for(".house.embed").await;
    assert!(other.is_absent(".left").await && other.is_absent(".port").await);
    other.leave().await;
    visitor.leave().await;
}

async fn the_table_is_an_equal_editor(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act("#table").await;
    visitor.wait_for("#table-queues").await;
    visitor.add_in_table("Classic queue", "audit").await;
    visitor.choose("[data-connect='platform-events']", "audit").await;
    visitor.act("[aria-label='Connect platform-events']").await;
    visitor.wait_for("[data-key='4']").await;
    visitor.fill("[data-key='4']", "order.*").await;
    visitor.publish("platform-events", "order.shipped", "{}").await;
    visitor.until("it is routed", async |visitor| visitor.count("audit", "ready").await == 1).await;
    visitor.act("[aria-label='Delete audit']").await;
    visitor.until("it is gone", async |visitor| !visitor.text("#table-queues").await.contains("audit")).await;
    assert!(visitor.text("#log").await.contains("Deleted queue audit"));
    visitor.leave().await;
}

impl Visitor {
    async fn add_in_table(&self, part: &str, name: &str) {
        self.act(&format!("[data-part='{part}']")).await;
        self.wait_for("#name").await;
        self.fill("#name", name).await;
        self.until("it has its row", async |visitor| visitor.text(".table-view").await.contains(name)).await;
    }
}

async fn what_is_copied_is_pasted_and_undone(way: Way) {
    let visitor = Visitor::working(way).await;
    visitor.act(&Visitor::node("notification-queue")).await;
    visitor.command("Duplicate").await;
    visitor.wait_for(&Visitor::node("notification-queue-1")).await;
    visitor.command("Select everything").await;
    visitor.command("Delete").await;
    visitor.until("nothing is left", async |visitor| visitor.is_absent(".node").await).await;
    visitor.command("Undo").await;
    visitor.wait_for(&Visitor::node("notification-queue-1")).await;
    // Bound to a queue a queue cannot be.
    visitor.act(&Visitor::node("notification-queue-1")).await;
    visitor.command("Connect to…").await;
    visitor.act(&Visitor::node("analytics-queue")).await;
    visitor.wait_for("#objection").await;
    assert!(visitor.text("#objection").await.contains("put an exchange between"));
    visitor.command("Undo").await;
    visitor.until("it is as it was", async |visitor| !visitor.is_absent("#undo:disabled").await).await;
    visitor.assert_balanced().await;
    visitor.leave().await;
}

#[tokio::test]
async fn the_canvas_is_moved_zoomed_and_boxed_with_a_pointer() {
    let visitor = Visitor::arrive(1440, 900).await;
    let (queue, service) = (Visitor::node("analytics-queue"), Visitor::node("analytics-service"));
    let at = visitor.middle_of(&queue).await;
    visitor.drag(at, (at.0 + 60, at.1 + 45)).await;
    let moved = visitor.middle_of(&queue).await;
    assert!((moved.0 - at.0 - 60).abs() < 16 && (moved.1 - at.1 - 45).abs() < 16, "{at:?} to {moved:?}");
    assert!(visitor.is_absent(".node.selected").await, "a drag is no click");
    // The view, by its empty space.
    let zoom = visitor.middle_of(".zoom").await;
    let empty = (zoom.0, zoom.1 - 60);
    visitor.drag(empty, (empty.0 + 80, empty.1 + 30)).await;
    let panned = visitor.middle_of(&queue).await;
    assert!((panned.0 - moved.0 - 80).abs() < 4 && (panned.1 - moved.1 - 30).abs() < 4, "{moved:?} to {panned:?}");
    visitor.wait_for(".minimap").await;
    let before = visitor.middle_of(&service).await;
    visitor.click("[aria-label='Zoom in']").await;
    assert!(visitor.middle_of(&service).await != before);
    // The wheel zooms, and what is under the pointer stays there.
    let scale = visitor.text("#zoom").await;
    let (x, y) = visitor.middle_of(&service).await;
    let wheel = "document.querySelector('.drawing').dispatchEvent(new WheelEvent('wheel', { deltaY: 240, clientX: arguments[0], clientY: arguments[1], bubbles: true, cancelable: true }));";
    visitor.browser.execute(wheel, vec![json!(x), json!(y)]).await.expect("the page answers");
    visitor.until("it is smaller", async |visitor| visitor.text("#zoom").await != scale).await;
    let after = visitor.middle_of(&service).await;
    assert!((after.0 - x).abs() < 3 && (after.1 - y).abs() < 3, "{:?} to {after:?}", (x, y));
    visitor.click("[aria-label^='Show everything']").await;
    // A box with Shift selects what lies in it; Delete and undo take all of it at once.
    let boxed = "const drawing = document.querySelector('.drawing'); const r = drawing.getBoundingClientRect(); \
        const at = (type, x, y) => drawing.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: x, clientY: y, shiftKey: true, button: 0, buttons: 1, pointerId: 1 })); \
        at('pointerdown', r.left + r.width * 0.45, r.top + 2); at('pointermove', r.left + r.width * 0.6, r.top + 40); at('pointermove', r.right - 2, r.bottom - 2); at('pointerup', r.right - 2, r.bottom - 2);";
    visitor.browser.execute(boxed, vec![]).await.expect("the page answers");
    let selected = "return document.querySelectorAll('.node.selected').length;";
    visitor
        .until("four queues and three services", async |visitor| {
            visitor.browser.execute(selected, vec![]).await.expect("the page answers") == json!(7)
        })
        .await;
    visitor.until("all fits again", async |visitor| visitor.is_absent(".minimap").await).await;
    visitor.click("#undo").await;
    visitor.until("it is back", async |visitor| visitor.middle_of(&queue).await != moved).await;
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
    let many = (0..300).map(|number| format!("{{\"name\": \"q{number}\", \"at\": [0, 0]}},")).collect::<Vec<_>>().concat();
    let files: [(&str, String, &str); 9] = [
        ("type.json", good.replace("\"topic\"", "\"topical\""), "broker.exchanges[0].type"),
        ("truncated.json", good[..good.len() / 2].to_owned(), "EOF"),
        ("large.json", " ".repeat(6 << 20), "bytes"),
        ("version.json", good.replacen("\"requeue\": 1", "\"requeue\": 99", 1), "99"),
        ("unknown.json", good.replacen("\"title\"", "\"titel\"", 1), "titel"),
        ("huge.json", good.replacen("\"queues\": [", &format!("\"queues\": [{many}"), 1), "200"),
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

/// Whatever axe finds in the page as it is now.
async fn violations(visitor: &Visitor) -> Vec<String> {
    let folder = std::env::var("REQUEUE_AXE").expect("REQUEUE_AXE is the folder of axe-core");
    if visitor.browser.execute("return !window.axe;", vec![]).await.expect("the page answers") == json!(true) {
        let library = std::fs::read_to_string(Path::new(&folder).join("axe.min.js")).expect("axe is there");
        visitor.browser.execute(&format!("{library}; window.axe = axe;"), vec![]).await.expect("axe loads");
    }
    let run = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then( \
        found => done(found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + (node.any[0] ?? node.all[0] ?? node.none[0])?.message).join('; '))), \
        error => done(['axe: ' + error]));";
    let found = visitor.browser.execute_async(run, vec![]).await.expect("axe runs");
    found.as_array().into_iter().flatten().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

/// Every state a visitor may see, in light and dark, wide and narrow.
#[tokio::test]
async fn axe_finds_nothing_in_any_state() {
    let visitor = Visitor::arrive(1440, 900).await;
    let mut states = 0;
    let mut bad = Vec::new();
    for theme in ["light", "dark"] {
        visitor.open("").await;
        for _ in 0..3 {
            if visitor.text("html").await.is_empty() || !visitor.is_absent(&format!("[data-theme='{theme}']")).await {
                break;
            }
            visitor.click("#theme").await;
        }
        visitor.wait_for(&format!("[data-theme='{theme}']")).await;
        let mut look = async |name: &str| {
            // What fades in has its colours when it is there.
            tokio::time::sleep(Duration::from_millis(150)).await;
            states += 1;
            bad.extend(violations(&visitor).await.into_iter().map(|line| format!("{theme}, {name}: {line}")));
        };
        look("first visit").await;
        visitor.choose_speed(20_000).await;
        visitor.click("#play").await;
        visitor.until("one is dead", async |visitor| visitor.count("notification-queue.dead", "ready").await > 0).await;
        look("running, with an alert").await;
        visitor.click("#play").await;
        visitor.click(&Visitor::node("notification-service")).await;
        visitor.click("[data-item$='.handlers[0]'] > summary").await;
        look("a service with its steps").await;
        visitor.click("[data-queue='notification-queue.dead'] button").await;
        visitor.wait_for("#inspector .messages .link").await;
        visitor.click("#inspector .messages .link").await;
        visitor.wait_for("#biography .story").await;
        look("a queue and a story").await;
        visitor.click("[data-chart='Latency']").await;
        visitor.click("#faults > summary").await;
        visitor.click("#composer-more > summary").await;
        look("percentiles, faults, properties").await;
        visitor.click("#table").await;
        look("tables").await;
        visitor.click("#table").await;
        visitor.click("#lessons").await;
        visitor.wait_for(".course").await;
        look("lessons").await;
        visitor.click("[data-lesson='what-is-a-broker.md']").await;
        visitor.wait_for("#lesson").await;
        look("a lesson").await;
        visitor.click("[data-step='shipped']").await;
        visitor.click("#check").await;
        visitor.wait_for("#verdict").await;
        look("a prediction").await;
        visitor.click("[data-step='by-hand']").await;
        visitor.click("#prove").await;
        visitor.wait_for("#verdict").await;
        visitor.click("#hand-in > summary").await;
        look("a goal that is not reached").await;
        visitor.click("[aria-label='Close the lesson']").await;
        visitor.command_dialog("Make the canvas a lesson").await;
        look("a lesson being written").await;
        visitor.click("dialog [aria-label='Close']").await;
        visitor.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        for (button, name) in [("#scenarios", "scenarios"), ("#share", "sharing"), ("#commands", "commands"), ("#help", "glossary")] {
            visitor.click(button).await;
            visitor.wait_for("dialog[open]").await;
            if name == "scenarios" {
                visitor.wait_for(".gallery").await;
            }
            look(name).await;
            visitor.click("dialog [aria-label='Close']").await;
            visitor.until("the dialog is closed", async |visitor| visitor.is_absent("dialog[open]").await).await;
        }
        visitor.browser.find(Locator::Css("body")).await.expect("a page").send_keys("?").await.expect("keys");
        visitor.wait_for("dialog[open] .keys-list").await;
        look("shortcuts").await;
        visitor.click("dialog [aria-label='Close']").await;
        visitor.open_file("broken.json", "{").await;
        visitor.wait_for("#unreadable").await;
        look("a file that cannot be opened").await;
        visitor.click("#unreadable button").await;
        visitor.browser.set_window_size(500, 844).await.expect("another size");
        look("narrow").await;
        visitor.click("#table").await;
        look("narrow, tables").await;
        visitor.click("#table").await;
        visitor.browser.set_window_size(1440, 900).await.expect("another size");
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(states >= 36);
    visitor.leave().await;
}

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
        let told = visitor.browser.execute_async(include_str!("page/monkey.js"), vec![json!(seed), json!(actions)]).await;
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

/// A lesson has a wider panel; a frame that is painted at that moment must not hide it from the canvas.
#[tokio::test]
async fn the_canvas_fits_beside_a_lesson_that_opens_while_time_runs() {
    for _ in 0..6 {
        let visitor = Visitor::working(Way::Pointer).await;
        visitor.act(&Visitor::node("notification-queue")).await;
        visitor.act("#play").await;
        visitor.until("orders come", async |visitor| visitor.text("#clock").await.as_str() > "00:01").await;
        visitor.act("#lessons").await;
        visitor.act("[data-lesson='topic.md']").await;
        visitor.wait_for("#lesson").await;
        let fits = "return +document.querySelector('svg.drawing').getAttribute('width') === document.querySelector('#stage').clientWidth;";
        visitor
            .until("the canvas is as wide as its place", async |visitor| {
                visitor.browser.execute(fits, vec![]).await.expect("the page answers").as_bool() == Some(true)
            })
            .await;
        visitor.leave().await;
    }
}

/// Also where somebody has chosen before: browsers no longer look at the attribute then.
#[tokio::test]
async fn a_choice_shows_what_is_true_after_undo() {
    let visitor = Visitor::working(Way::Pointer).await;
    visitor.act(&Visitor::node("notification-queue")).await;
    let choice = "#inspector select[id$='arguments.x-queue-type']";
    let shown = async |visitor: &Visitor| {
        let script = "const choice = document.querySelector(arguments[0]); return choice.selectedOptions[0]?.text;";
        visitor.browser.execute(script, vec![json!(choice)]).await.expect("the page answers").as_str().unwrap_or_default().to_owned()
    };
    let first = shown(&visitor).await;
    visitor.choose(choice, "quorum").await;
    visitor.until("it is a quorum queue", async |visitor| visitor.text("#canvas, .stage").await.contains("quorum")).await;
    visitor.choose(choice, "classic").await;
    visitor.act("#undo").await;
    visitor.until("it is a quorum queue again", async |visitor| shown(visitor).await == "quorum").await;
    visitor.act("#undo").await;
    visitor.until("it is what it was", async |visitor| shown(visitor).await == first).await;
    visitor.leave().await;
}

/// One of each kind of step, with the keyboard alone; and what is handed in is graded elsewhere as in the page.
#[tokio::test]
async fn lessons_are_solved_without_a_mouse() {
    let visitor = Visitor::working(Way::Keyboard).await;
    let begin = async |file: &str, step: &str| {
        visitor.act("#lessons").await;
        visitor.act(&format!("[data-lesson='{file}']")).await;
        visitor
            .until("the lesson is open", async |visitor| visitor.is_absent("dialog[open]").await && !visitor.is_absent("#lesson").await)
            .await;
        visitor.act(&format!("[data-step='{step}']")).await;
        visitor.wait_for(&format!("[data-step='{step}'][aria-current]")).await;
    };
    let solved = async |step: &str| {
        visitor.wait_for(&format!("[data-step='{step}'].done")).await;
    };
    // Look.
    begin("what-is-a-broker.md", "parts").await;
    visitor.wait_for(".node.lit").await;
    solved("parts").await;
    // Do.
    begin("management-numbers.md", "diagnose").await;
    visitor.act("[data-toggle='analytics-service']").await;
    visitor.choose_speed(20_000).await;
    visitor.act("#play").await;
    visitor.until("twenty are ready", async |visitor| visitor.count("analytics-queue", "ready").await >= 20).await;
    visitor.until("stock is reserved", async |visitor| !visitor.is_absent("#goal li:nth-child(3).done").await).await;
    visitor.act("#prove").await;
    solved("diagnose").await;
    // Break.
    begin("crash-before-ack.md", "twice").await;
    visitor.act("#hint").await;
    visitor.wait_for(".hint").await;
    visitor.act("#faults > summary").await;
    visitor.focus("#fault").await;
    visitor.keys(&format!("kill notification-service at step 3 of message 30 for 2s{ENTER}")).await;
    visitor.choose_speed(20_000).await;
    if !visitor.is_absent("#play[aria-label='Play']").await {
        visitor.act("#play").await;
    }
    visitor.until("somebody got two", async |visitor| !visitor.is_absent("#goal li:nth-child(1).done").await).await;
    visitor
        .until("nobody got none", async |visitor| {
            !visitor.is_absent("#goal li:nth-child(2).done").await && visitor.text("#clock").await.as_str() > "00:40"
        })
        .await;
    visitor.act("#play").await;
    visitor.act("#prove").await;
    solved("twice").await;
    // Explain.
    begin("topic-or-fanout.md", "why").await;
    visitor.type_into("#explanation", "Each consumer binds what it wants.").await;
    visitor.act("#compare-model").await;
    visitor.wait_for("#model").await;
    solved("why").await;
    // Predict, and fix.
    begin("topic.md", "two").await;
    for queue in ["audit-log", "user-events"] {
        visitor.focus(&format!("[data-answer='{queue}']")).await;
        visitor.keys(" ").await;
    }
    visitor.act("#check").await;
    visitor.wait_for("#verdict.good").await;
    visitor.act("[data-step='all-orders']").await;
    visitor.act("#prove").await;
    visitor.wait_for("#verdict.bad").await;
    assert!(visitor.text("#goal").await.contains("order.placed.express is handled by audit-service"));
    visitor.focus("[data-binding='0']").await;
    visitor.keys(ENTER).await;
    visitor.key("order.#").await;
    visitor.act("#prove").await;
    visitor.wait_for("#verdict.good").await;
    solved("all-orders").await;
    // Handed in, and graded by others.
    visitor.act("#hand-in > summary").await;
    visitor.fill("#student", "Ada").await;
    visitor.act("#grade-it").await;
    visitor.wait_for("#grade").await;
    let shown = visitor.text("#grade").await;
    visitor.act("#result").await;
    let text = visitor.saved().await;
    let result = visitor.downloads.join("handed-in.json");
    std::fs::write(&result, &text).expect("a file");
    let lesson = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons/topic.md");
    let graded = std::process::Command::new(env!("CARGO_BIN_EXE_requeue"))
        .arg("grade")
        .arg(&lesson)
        .arg("--submissions")
        .arg(&result)
        .output()
        .expect("the command runs");
    let graded = String::from_utf8(graded.stdout).expect("text");
    assert_eq!(graded, format!("Ada (handed-in.json) {shown}"));
    assert!(shown.starts_with("topic: 50.0 %"), "{shown}");
    // Progress is there after a reload.
    visitor.open("#lesson=topic.md").await;
    visitor.wait_for("[data-step='all-orders'].done").await;
    visitor.leave().await;
}

/// A page that embeds a lesson hears of what happens in it.
#[tokio::test]
async fn an_embedded_lesson_tells_the_page_around_it() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.browser.goto(&format!("{}/{AROUND}", visitor.site.address)).await.expect("the page is there");
    visitor
        .until("it is ready", async |visitor| {
            visitor.browser.execute("return told.includes('ready');", vec![]).await.expect("the page answers") == json!(true)
        })
        .await;
    let inside = "const inner = document.querySelector('#frame').contentDocument; const button = inner.querySelector(arguments[0]); if (button) button.click(); return !!button;";
    visitor
        .until("the lesson is open", async |visitor| {
            visitor.browser.execute(inside, vec![json!("#check")]).await.expect("the page answers") == json!(true)
        })
        .await;
    visitor
        .until("progress is told", async |visitor| {
            visitor.browser.execute("return told.includes('progress');", vec![]).await.expect("the page answers") == json!(true)
        })
        .await;
    let inner = visitor.browser.execute("const inner = document.querySelector('#frame').contentDocument; return [!!inner.querySelector('.left'), !!inner.querySelector('.right')];", vec![]).await;
    assert_eq!(inner.expect("the page answers"), json!([true, false]));
    visitor.browser.close().await.expect("the browser closes");
}

/// What is dragged: a part from the palette, a step to another place, a fault to another time, a lesson's file onto the page.
#[tokio::test]
async fn parts_steps_faults_and_files_are_dragged() {
    let visitor = Visitor::arrive(1440, 900).await;
    let drop = "const [from, to, x, y] = arguments; const data = new DataTransfer(); \
        document.querySelector(from).dispatchEvent(new DragEvent('dragstart', { dataTransfer: data, bubbles: true })); \
        document.querySelector(to).dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, clientX: x, clientY: y }));";
    let (x, y) = visitor.middle_of(".zoom").await;
    visitor
        .browser
        .execute(drop, vec![json!("[data-part='Classic queue']"), json!("#stage"), json!(x), json!(y - 90)])
        .await
        .expect("it is dropped");
    visitor.wait_for(&Visitor::node("queue-1")).await;
    visitor.click("#undo").await;
    visitor.until("it is gone", async |visitor| visitor.is_absent(&Visitor::node("queue-1")).await).await;
    visitor.click(&Visitor::node("order-service")).await;
    visitor.click("[data-item='services[1].handlers[0]'] > summary").await;
    let step = |index: u32| format!("[data-item='services[1].handlers[0].steps[{index}]']");
    let first = visitor.text(&format!("{} > summary", step(0))).await;
    visitor.browser.execute(drop, vec![json!(step(0)), json!(step(1)), json!(0), json!(0)]).await.expect("it is dropped");
    visitor.until("it is second now", async |visitor| visitor.text(&format!("{} > summary", step(1))).await == first).await;
    visitor.click("#faults > summary").await;
    visitor.focus("#fault").await;
    visitor.keys(&format!("kill notification-service at 5s for 2s{ENTER}")).await;
    visitor.wait_for(".flag").await;
    let flag = visitor.middle_of(".flag .target").await;
    visitor.drag(flag, (flag.0 + 80, flag.1)).await;
    visitor.until("it is later now", async |visitor| !visitor.text("#faults li code").await.contains("at 5s")).await;
    let file = "const data = new DataTransfer(); data.items.add(new File([arguments[0]], 'mine.md')); \
        document.querySelector('#stage').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, clientX: 700, clientY: 300 }));";
    let lesson = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons/fanout.md")).expect("it is there");
    visitor.browser.execute(file, vec![json!(lesson)]).await.expect("it is dropped");
    visitor.wait_for("dialog[open] #replace").await;
    visitor.click("#replace").await;
    visitor.wait_for("#lesson").await;
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
                .find(|path| path.extension().is_some_and(|end| end == kind))
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
