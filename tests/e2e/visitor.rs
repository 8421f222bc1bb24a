//! A visitor with a browser of their own, who works with a pointer or without a mouse.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction, TouchActions};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use super::engine::Engine;
use super::site::*;

/// How long the page may take for what it should do at once: these machines are slow and shared.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What the browser's console says; not part of the standard, but ChromeDriver has it.
#[derive(Debug)]
pub struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// What the console would say, in a browser whose driver does not tell: from the moment the page is there.
const LISTEN: &str = "window.said = []; for (const kind of ['error', 'warn']) { const before = console[kind]; console[kind] = (...what) => { said.push(what.join(' ')); before(...what); }; } \
    addEventListener('error', e => said.push(e.message)); addEventListener('unhandledrejection', e => said.push(String(e.reason))); \
    addEventListener('securitypolicyviolation', e => said.push(e.violatedDirective + ' ' + e.blockedURI)); return null;";

/// How a visitor works: everything can be done in both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Pointer,
    Keyboard,
}

pub const ENTER: &str = "\u{E007}";

pub const SELECT_ALL: &str = "\u{E009}a\u{E000}";

pub const DELETE: &str = "\u{E017}";

pub const F2: &str = "\u{E032}";

pub static VISITORS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Which button opens the drawer that has a part of the page.
const DRAWERS: [(&str, &[&str]); 7] = [
    ("#rail-build", &["[data-part="]),
    ("#rail-publish", &["#composer", "#publish", "#preview", "#repeat"]),
    (
        "#rail-lesson",
        &[
            "#lesson",
            "#step-",
            "#check",
            "#prove",
            "#verdict",
            "#goal",
            "#hint",
            "#answer",
            "[data-answer",
            "[data-step",
            "#explanation",
            "#compare-model",
            "#model",
            "#watch",
            "#solution",
            "#edit",
            "#ending",
            "#checklist",
            "#promise",
            "#mine",
            "#hand-in",
            "#student",
            "#grade",
            "#result",
            "#sandbox",
            "#reset",
            "[data-failure",
            "#course",
            "[aria-label='Close the lesson']",
        ],
    ),
    (
        "#rail-system",
        &[
            "[data-queue=",
            "[data-toggle",
            "[data-service",
            "#queues",
            "#restart-broker",
            "[data-alarm",
            "#broker-state",
            "#fault",
            "#scenario-form",
            "#expectations",
            "[aria-label='Earlier by",
            "[aria-label='Later by",
            "[aria-label^='Remove:",
        ],
    ),
    ("#shelf-events", &["#log", "#ask", "#verbosity"]),
    ("#shelf-charts", &["#charts", "[data-chart"]),
    ("#shelf-ledger", &["#ledger", "#business"]),
];

/// Which tab of a queue has it.
const TABS: [(&str, &[&str]); 2] = [
    ("#tab-messages", &["#inspector .messages", "[data-messages=", "#get", "#purge", "#move"]),
    ("#tab-arguments", &["[id='broker.queues", "#inspector select[id$='arguments"]),
];

/// What stands in the menu of the page's head.
const IN_THE_MENU: [&str; 5] = ["#save", "#glossary", "#theme", "#motion", "#tour"];

/// What stands in the menu of a lesson.
const LESSON_MENU: [&str; 3] = ["#reset", "#solution", "#sandbox"];

/// A visitor with a browser of their own.
pub struct Visitor {
    pub browser: Client,
    pub engine: Engine,
    pub site: Site,
    pub downloads: PathBuf,
    pub way: Way,
}

impl Visitor {
    pub async fn arrive(width: u32, height: u32) -> Self {
        Self::past_the_welcome(width, height, Way::Pointer).await
    }

    /// At the course chapter's system.
    pub async fn working(way: Way) -> Self {
        Self::past_the_welcome(1440, 900, way).await
    }

    /// Who has read the card of the first visit.
    pub async fn past_the_welcome(width: u32, height: u32, way: Way) -> Self {
        let visitor = Self::begin(width, height, way).await;
        // Another page of the site: what it keeps is there when the page itself opens, which would run by itself otherwise.
        visitor.browser.goto(&format!("{}teachers.html", visitor.site.address)).await.expect("the site answers");
        let read = "localStorage.setItem('requeue.2.welcomed', '------'); return null;";
        visitor.browser.execute(read, vec![]).await.expect("it is kept");
        visitor.open("").await;
        visitor.wait_for("#play").await;
        visitor
    }

    /// The page with this behind its address.
    pub async fn open(&self, hash: &str) {
        // Another address in between: one that differs behind the # alone is not loaded anew.
        self.browser.goto("about:blank").await.expect("an empty page");
        self.browser.goto(&format!("{}{hash}", self.site.address)).await.expect("the site answers");
        if self.engine != Engine::Chromium {
            self.browser.execute(LISTEN, vec![]).await.expect("the page answers");
        }
        self.wait_for("#commands").await;
    }

    pub async fn begin(width: u32, height: u32, way: Way) -> Self {
        let folder = PathBuf::from(std::env::var("REQUEUE_SITE").expect("REQUEUE_SITE names the built site"));
        let driver = std::env::var("REQUEUE_WEBDRIVER").expect("REQUEUE_WEBDRIVER is the driver's address");
        let page = std::fs::read_to_string(folder.join("index.html")).expect("the site is built");
        assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"), "the site has its policy");
        let number = VISITORS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let downloads = std::env::temp_dir().join(format!("requeue-downloads-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&downloads).expect("a temporary folder");
        let engine = Engine::of_this_run();
        let browser = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(engine.capabilities((width, height), &downloads))
            .connect(&driver)
            .await
            .expect("the driver starts a browser");
        if engine != Engine::Chromium {
            browser.set_window_size(width, height).await.expect("a size");
        }
        Self { browser, engine, site: Site::serve(folder), downloads, way }
    }

    /// Opens the drawer, or the menu, that has it.
    pub async fn reveal(&self, css: &str) {
        if IN_THE_MENU.contains(&css) {
            let script = "const m = document.querySelector('#menu'); if (m && !m.matches(':popover-open')) m.showPopover();";
            self.browser.execute(script, vec![]).await.expect("the menu opens");
            return;
        }
        if css == "#lessons" {
            return;
        }
        if css.starts_with("[data-lesson") {
            // The course may still be on its way. A module of it opens by its head.
            self.until(css, async |visitor| !visitor.is_absent(css).await).await;
            let script = "document.querySelector(arguments[0])?.closest('details:not([open])')?.querySelector('summary').click();";
            self.browser.execute(script, vec![json!(css)]).await.expect("the module opens");
            self.settled().await;
            return;
        }
        if LESSON_MENU.contains(&css) {
            let script = "const m = document.querySelector('#lesson-menu'); if (m && !m.matches(':popover-open')) m.showPopover();";
            self.browser.execute(script, vec![]).await.expect("the menu opens");
            return;
        }
        let Some((button, _)) = DRAWERS.iter().find(|(_, inside)| inside.iter().any(|begin| css.starts_with(begin))) else { return };
        // A lesson opens its drawer itself: only another drawer in its place hides it, and beneath a dialog nothing is pressed. One script, for what is waited for may come at
        // any moment, and a second click would close the drawer.
        let script = "const e = document.querySelector(arguments[0]); if (e && e.checkVisibility() || document.querySelector('dialog[open]')) return false; \
            const b = document.querySelector(arguments[1]); if (!b) return false; \
            const opens = (b.id !== 'rail-lesson' || document.querySelector('.drawer.left')) && (e || b.getAttribute('aria-pressed') === 'false'); \
            if (opens) b.click(); return !!opens;";
        if self.browser.execute(script, vec![json!(css), json!(button)]).await.expect("the drawer opens") == json!(true) {
            self.settled().await;
        }
    }

    /// Turns to the tab of a queue that has it, where a queue is shown.
    async fn turn_to(&self, css: &str) {
        let Some((tab, _)) = TABS.iter().find(|(_, inside)| inside.iter().any(|begin| css.starts_with(begin))) else { return };
        let script = "if (document.querySelector(arguments[0])) return; document.querySelector(arguments[1])?.click();";
        self.browser.execute(script, vec![json!(css), json!(tab)]).await.expect("the tab opens");
    }

    /// The page has drawn what it was told: what opened has its focus, what fades in has its colours. Motion without an end (a
    /// spinner) is not waited for.
    pub async fn settled(&self) {
        let script = "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => \
            Promise.allSettled(document.getAnimations().filter(a => a.effect?.getComputedTiming().endTime < 2000).map(a => a.finished)).then(() => done(true))));";
        self.browser.execute_async(script, vec![]).await.expect("the page answers");
    }

    /// On a slow machine the page may still be about to focus what opened a moment ago: a person would go back, too.
    pub async fn focus(&self, css: &str) {
        self.reveal(css).await;
        let script = "const e = document.querySelector(arguments[0]); if (!e) return false; e.scrollIntoView({ block: 'nearest' }); e.focus(); return document.activeElement === e;";
        let keeps = "return document.activeElement === document.querySelector(arguments[0]);";
        for _ in 0..3 {
            let taken = self.browser.execute(script, vec![json!(css)]).await.expect("the page answers");
            assert_eq!(taken, json!(true), "{css} takes no focus");
            self.settled().await;
            if self.browser.execute(keeps, vec![json!(css)]).await.expect("the page answers") == json!(true) {
                return;
            }
        }
        panic!("{css} does not keep the focus");
    }

    /// Types. Each call lets all keys go at its end, which engines agree on; about a key that lets them go in between they do not.
    pub async fn keys(&self, keys: &str) {
        for part in keys.split('\u{E000}') {
            self.browser.active_element().await.expect("something has the focus").send_keys(part).await.expect("keys");
        }
    }

    /// A button, a node, a summary: by click, or by Enter.
    pub async fn act(&self, css: &str) {
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
    pub async fn fill(&self, css: &str, text: &str) {
        self.wait_for(css).await;
        self.focus(css).await;
        // Selecting alone empties nothing.
        let text = if text.is_empty() { DELETE } else { text };
        self.keys(&format!("{SELECT_ALL}{text}\u{E004}")).await;
    }

    /// By its words; a keyboard goes through them by arrows.
    pub async fn choose(&self, css: &str, words: &str) {
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

    /// What was published while time stands has landed: no queue counts more for longer than a message flies.
    pub async fn landed(&self) {
        self.until("messages have landed", async |visitor| {
            let before = visitor.text("#queues").await;
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            visitor.text("#queues").await == before
        })
        .await;
    }

    /// Something of the palette of commands.
    pub async fn command(&self, name: &str) {
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
    pub async fn command_dialog(&self, name: &str) {
        self.click("#commands").await;
        self.wait_for("dialog[open] #query").await;
        self.type_into("#query", name).await;
        self.wait_for(&format!("[data-command='{name}']")).await;
        self.click(&format!("[data-command='{name}']")).await;
        self.wait_for("dialog[open] .author").await;
    }

    pub async fn is_absent(&self, css: &str) -> bool {
        let script = "return !document.querySelector(arguments[0]);";
        self.browser.execute(script, vec![json!(css)]).await.expect("the page answers") == json!(true)
    }

    /// A node of the canvas, by the name it begins with.
    pub fn node(name: &str) -> String {
        format!(".node[aria-label*='{name} ']")
    }

    pub async fn middle_of(&self, css: &str) -> (i32, i32) {
        // What stands on a part's border grows as the part shrinks.
        self.place(css, "r = (e.matches('.node') && e.querySelector('.box') || e).getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2];").await
    }

    /// Where something is, once it stands still: the view may still find its place, and a press beside it hits another thing.
    /// The script goes on from `e`, what was found.
    pub async fn place(&self, css: &str, script: &str) -> (i32, i32) {
        let script = format!(
            "const [css, done] = arguments, at = () => {{ const e = document.querySelector(css), {script} }}; let before = '', looks = 0; \
             const look = () => {{ const now = at().map(Math.round), same = String(now) === before; before = String(now); looks += 1; \
             if (same || looks > 50) done(now); else setTimeout(() => requestAnimationFrame(look), 40); }}; look();"
        );
        let at = self.browser.execute_async(&script, vec![json!(css)]).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        let number = |index: usize| at[index].as_i64().and_then(|pixels| i32::try_from(pixels).ok()).expect("a number of pixels");
        (number(0), number(1))
    }

    /// Holds the pointer down at one place and lets it go at another.
    pub async fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        let moved = |at: (i32, i32)| PointerAction::MoveTo { duration: Some(Duration::from_millis(60)), x: at.0.into(), y: at.1.into() };
        let actions = MouseActions::new("mouse".into())
            .then(moved(from))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(moved((i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1))))
            .then(moved(to))
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.browser.perform_actions(actions).await.expect("the pointer moves");
    }

    /// Holds the pointer down at a place, if it is not held down yet, and moves it to another.
    pub async fn hold(&self, from: Option<(i32, i32)>, to: (i32, i32)) {
        let moved = |at: (i32, i32)| PointerAction::MoveTo { duration: Some(Duration::from_millis(60)), x: at.0.into(), y: at.1.into() };
        let mut actions = MouseActions::new("mouse".into());
        if let Some(from) = from {
            actions = actions.then(moved(from)).then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        }
        self.browser.perform_actions(actions.then(moved(to))).await.expect("the pointer moves");
    }

    pub async fn let_go(&self) {
        let up = MouseActions::new("mouse".into()).then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.browser.perform_actions(up).await.expect("the pointer is let go");
    }

    /// Two clicks at one place, as quickly as a hand does.
    pub async fn double_click(&self, at: (i32, i32)) {
        let down = PointerAction::Down { button: MOUSE_BUTTON_LEFT };
        let up = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
        let pause = PointerAction::Pause { duration: Duration::from_millis(120) };
        let there = PointerAction::MoveTo { duration: Some(Duration::from_millis(60)), x: at.0.into(), y: at.1.into() };
        let actions = MouseActions::new("mouse".into()).then(there).then(down.clone()).then(up.clone()).then(pause).then(down).then(up);
        self.browser.perform_actions(actions).await.expect("the pointer moves");
    }

    /// A finger that goes down and up again.
    pub async fn tap(&self, at: (i32, i32)) {
        let there = PointerAction::MoveTo { duration: None, x: at.0.into(), y: at.1.into() };
        let actions = TouchActions::new("finger".into())
            .then(there)
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Pause { duration: Duration::from_millis(60) })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.browser.perform_actions(actions).await.expect("the finger moves");
    }

    /// Draws a line.
    pub async fn connect(&self, from: &str, to: &str) {
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
    pub async fn add(&self, part: &str, name: &str) {
        self.act(&format!("[data-part='{part}']")).await;
        self.wait_for("#name").await;
        self.fill("#name", name).await;
        self.wait_for(&Self::node(name)).await;
    }

    /// A line of the canvas, by the parts that it joins.
    pub fn line(from: &str, to: &str) -> String {
        format!(".wire[aria-label*='from {from} to {to}']")
    }

    /// Opens the key of the binding to a queue, on its line.
    pub async fn edit_key(&self, queue: &str) {
        let line = format!(".wire[aria-label^='Binding from'][aria-label*=' to {queue}']");
        self.wait_for(&line).await;
        match self.way {
            Way::Pointer => {
                let at = self.on_line(&line, 0.3, 0).await;
                self.double_click(at).await;
            }
            Way::Keyboard => {
                self.focus(&line).await;
                self.keys(F2).await;
            }
        }
        self.wait_for("#in-place").await;
    }

    /// The key of the binding that was just drawn, on its line.
    pub async fn key(&self, key: &str) {
        self.wait_for("#in-place").await;
        self.keys(&format!("{SELECT_ALL}{key}{ENTER}")).await;
        self.until("it is taken", async |visitor| visitor.is_absent("#in-place").await).await;
    }

    pub async fn publish(&self, exchange: &str, key: &str, payload: &str) {
        self.reveal("#composer-exchange").await;
        self.choose("#composer-exchange", exchange).await;
        self.type_into("#composer-key", key).await;
        self.type_into("#composer-payload", payload).await;
        self.act("#publish").await;
    }

    pub async fn scrub(&self, millis: u64) {
        let script = "const s = document.querySelector('#scrubber'); s.value = arguments[0]; s.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.browser.execute(script, vec![json!(millis.to_string())]).await.expect("the scrubber moves");
    }

    /// The file that was saved, as soon as it is there.
    pub async fn saved(&self) -> String {
        let file = || {
            let files = std::fs::read_dir(&self.downloads).expect("the folder is there").filter_map(Result::ok);
            files.map(|file| file.path()).find(|path| path.extension().is_some_and(|end| end == "json"))
        };
        // The browser puts an empty file there first: it is whole when it is JSON.
        let whole = || {
            let text = std::fs::read_to_string(file()?).ok()?;
            serde_json::from_str::<serde_json::Value>(&text).is_ok().then_some(text)
        };
        self.until("the file is there", async |_| whole().is_some()).await;
        let (path, text) = (file().expect("it is there"), whole().expect("it is whole"));
        std::fs::remove_file(path).expect("it was written");
        text
    }

    pub async fn open_file(&self, name: &str, text: &str) {
        let path = self.downloads.join(name);
        std::fs::write(&path, text).expect("a temporary file");
        let input = self.browser.find(Locator::Css("#open-file")).await.expect("there is a file input");
        input.send_keys(&path.to_string_lossy()).await.expect("a file can be chosen");
    }

    pub async fn assert_balanced(&self) {
        let ledger = self.text("#ledger").await;
        assert!(ledger.contains("Balanced") && !ledger.contains("Not balanced"), "{ledger}");
    }

    pub async fn wait_for(&self, css: &str) {
        self.reveal(css).await;
        let is_there = async |visitor: &Self| {
            visitor.turn_to(css).await;
            !visitor.is_absent(css).await
        };
        self.until(css, is_there).await;
    }

    /// Clicks what a pointer would hit there. Finding, looking and clicking are one script: while the world runs, a page that is
    /// redrawn between finding and clicking would make the click miss.
    pub async fn click(&self, css: &str) {
        const HIT: &str = "const e = document.querySelector(arguments[0]); if (!e) return 'is not on the page'; \
            const menu = e.closest('[popover]'); if (menu && !menu.matches(':popover-open')) menu.showPopover(); \
            e.scrollIntoView({ block: 'nearest', inline: 'nearest' }); const r = e.getBoundingClientRect(); \
            const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2); \
            if (!hit || !(e.contains(hit) || hit.closest('label')?.contains(e))) return 'is covered by ' + (hit && hit.outerHTML.slice(0, 80)); \
            if (e.disabled) return 'is disabled'; \
            e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 })); return null;";
        self.reveal(css).await;
        let answer = self.browser.execute(HIT, vec![json!(css)]).await.expect("the page answers");
        assert!(answer.is_null(), "{css} {answer}");
    }

    pub async fn text(&self, css: &str) -> String {
        self.wait_for(css).await;
        // The page may redraw between finding and reading.
        let script = "const e = document.querySelector(arguments[0]); return e ? e.textContent : null;";
        let text = self.browser.execute(script, vec![json!(css)]).await.expect("the page answers");
        text.as_str().unwrap_or_else(|| panic!("{css} is not on the page")).to_owned()
    }

    pub async fn count(&self, queue: &str, which: &str) -> u64 {
        // A compact card shows one of its numbers.
        let script = "return document.querySelector(arguments[0]).textContent;";
        let css = format!("[data-queue-card='{queue}'] [data-count='{which}']");
        self.wait_for(&css).await;
        let text = self.browser.execute(script, vec![json!(css)]).await.expect("the page answers");
        let text = text.as_str().unwrap_or_default();
        text.replace(',', "").parse().unwrap_or_else(|_| panic!("{which} of {queue} is {text:?}"))
    }

    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self).await {
            if start.elapsed() >= PATIENCE {
                let page = self.browser.execute("return document.body.innerText;", Vec::new()).await;
                let keyboard = self.browser.execute("return document.activeElement.cloneNode(false).outerHTML;", Vec::new()).await;
                let [page, keyboard] = [&page, &keyboard].map(|said| said.as_ref().ok().and_then(Value::as_str).unwrap_or("nothing"));
                panic!("in vain waited until {what}; the keyboard is at {keyboard}; the page says:\n{page}");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Lets the page run, and stops it in the frame that first shows this. A question over the wire is answered later than that:
    /// a moment that passes in a few frames is never met that way, on a machine that is fast or slow enough.
    pub async fn stop_when(&self, shown: &str) {
        let watch = format!(
            "window.stopped = false; const look = () => {{ if ({shown}) {{ document.querySelector('#play').click(); window.stopped = true; }} \
             else requestAnimationFrame(look); }}; look(); return null;"
        );
        self.browser.execute(&watch, vec![]).await.expect("the page watches");
        self.until(&format!("the page shows {shown}"), async |visitor| {
            visitor.browser.execute("return window.stopped;", vec![]).await.is_ok_and(|stopped| stopped == json!(true))
        })
        .await;
        self.wait_for("#play[aria-label='Play']").await;
    }

    /// Types over what stands in a field.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.focus(css).await;
        self.keys(&format!("{SELECT_ALL}{text}")).await;
    }

    pub async fn choose_speed(&self, thousandths: u32) {
        self.wait_for("#speed").await;
        let select = self.browser.find(Locator::Css("#speed")).await.expect("there is a speed");
        select.select_by_value(&thousandths.to_string()).await.expect("this speed is offered");
    }

    /// The errors and warnings of the console, and good-bye.
    pub async fn leave(self) {
        let said: Vec<String> = if self.engine == Engine::Chromium {
            let log = self.browser.issue_cmd(ConsoleLog).await.expect("ChromeDriver has the console");
            let bad = |entry: &&Value| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"));
            log.as_array().into_iter().flatten().filter(bad).map(ToString::to_string).collect()
        } else {
            let said = self.browser.execute("return window.said;", vec![]).await.expect("the page answers");
            said.as_array().expect("it was listened to").iter().map(ToString::to_string).collect()
        };
        self.browser.close().await.expect("the browser closes");
        let _ = std::fs::remove_dir_all(&self.downloads);
        assert!(said.is_empty(), "the console is not clean:\n{}", said.join("\n"));
    }
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
