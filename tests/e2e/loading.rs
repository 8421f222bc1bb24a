//! Before Requeue is there: the frame, its bar, and what is said when Requeue cannot come.

use std::path::PathBuf;

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use super::visitor::*;

/// A command of the browser's developer tools.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

/// At this path of the site, while nothing of Requeue can come.
async fn told(visitor: &Visitor, path: &str, title: &str) {
    visitor.browser.goto(&format!("{}{path}", visitor.site.address)).await.expect("the site answers");
    visitor.until(title, async |visitor| visitor.text("#loading-title").await == title).await;
    let hidden = "return document.querySelector('#loading-progress').hidden;";
    assert_eq!(visitor.browser.execute(hidden, vec![]).await.expect("the page answers"), json!(true), "it waits for nothing more");
}

#[tokio::test]
async fn the_page_says_why_requeue_cannot_come() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    // The file that is missing has its name there, and the browser is not blamed.
    for (site, file) in [("without-wasm/", ".wasm"), ("without-script/", "browser"), ("without-bindings/", "requeue-page")] {
        told(&visitor, site, "Requeue could not be loaded.").await;
        let advice = visitor.text("#loading-advice").await;
        assert!(advice.contains(file) && advice.contains("404") && advice.ends_with("Load the page again."), "{site}: {advice}");
    }
    let without = json!({ "source": "delete window.WebAssembly;" });
    visitor.browser.issue_cmd(DevTools("Page.addScriptToEvaluateOnNewDocument", without)).await.expect("ChromeDriver has them");
    told(&visitor, "", "This browser cannot run Requeue.").await;
    // What is missing is an error on the console, too.
    visitor.browser.close().await.expect("the browser closes");
}

/// Open Graph takes absolute addresses only: the picture is there where the site's address is known, and nowhere else.
#[tokio::test]
async fn the_picture_for_links_has_an_absolute_address_or_is_left_out() {
    let site = PathBuf::from(std::env::var("REQUEUE_SITE").expect("REQUEUE_SITE names the built site"));
    let built = std::fs::read_to_string(site.join("index.html")).expect("the site is built");
    if std::env::var("REQUEUE_SITE_URL").is_err() {
        assert!(!built.contains("og:image") && built.contains("og:title"));
    }
    let folder = std::env::temp_dir().join(format!("requeue-og-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    for file in std::fs::read_dir(&site).expect("it is a folder").filter_map(Result::ok).filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), folder.join(file.file_name())).expect("it can be copied");
    }
    let plain = built.replace("summary_large_image", "summary");
    let put = |url: &str| {
        std::fs::write(folder.join("index.html"), &plain).expect("it can be written");
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lib/csp.mjs");
        let page = folder.join("index.html");
        let done = std::process::Command::new("node").arg(script).arg(&page).env("REQUEUE_SITE_URL", url).output().expect("node runs");
        (done.status.success(), std::fs::read_to_string(page).expect("it is there"))
    };
    for url in ["https://example.org/requeue", "https://example.org/requeue/"] {
        let (good, page) = put(url);
        assert!(good && page.contains(r#"<meta property="og:image" content="https://example.org/requeue/og.png" />"#), "{page}");
        assert!(page.contains("summary_large_image"));
    }
    assert!(!put("requeue/").0, "an address that is not whole is refused");
}

/// A looser policy passes every other test.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; font-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

#[test]
fn the_policy_and_the_fonts_are_as_small_as_they_can_be() {
    let site = PathBuf::from(std::env::var("REQUEUE_SITE").expect("REQUEUE_SITE names the built site"));
    let built = std::fs::read_to_string(site.join("index.html")).expect("the site is built");
    let (_, policy) = built.split_once("Content-Security-Policy\" content=\"").expect("a policy");
    let policy = policy.split('"').next().expect("its text");
    // The page's own scripts go by their hashes, which change with them.
    let (hashes, words): (Vec<&str>, Vec<&str>) = policy.split(' ').partition(|word| word.starts_with("'sha256-"));
    assert_eq!((words.join(" ").as_str(), hashes.len()), (POLICY, 1), "{policy}");
    let fonts = std::fs::read_dir(site.join("fonts")).expect("the site has fonts").filter_map(Result::ok);
    let fonts = fonts.filter(|file| file.path().extension().is_some_and(|end| end == "woff2"));
    let sizes: Vec<u64> = fonts.map(|file| file.metadata().expect("it is there").len()).collect();
    assert!(sizes.len() == 2 && sizes.iter().sum::<u64>() <= 100_000, "{sizes:?}");
}

/// The second file comes when the system is seen. Where it does not come, the drawer says so, and asks again.
#[tokio::test]
async fn a_drawer_whose_file_is_missing_says_so_and_loads_it_again() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.browser.goto(&format!("{}later-fails-once/", visitor.site.address)).await.expect("the site answers");
    visitor.wait_for(".node").await;
    visitor.click("#rail-build").await;
    visitor.until("it says so", async |visitor| visitor.text(".drawer.left [role=alert]").await.contains("could not be loaded")).await;
    visitor.click(".drawer.left .primary").await;
    visitor.wait_for(".drawer.left .parts").await;
    // A lesson that waits for the file opens when it comes.
    let lesson = format!("{}later-fails-once/?a-lesson#lesson=why-events.md", visitor.site.address);
    visitor.browser.goto(&lesson).await.expect("the site answers");
    visitor.until("it says so", async |visitor| visitor.text("[role=alert]").await.contains("could not be loaded")).await;
    visitor.click(".coming .primary").await;
    visitor.until("the lesson is open", async |visitor| visitor.text("#lesson-title").await.contains("because of an email")).await;
    // What is missing is an error on the console, too.
    visitor.browser.close().await.expect("the browser closes");
}

/// A menu that a reader opens before the system has come stays open when it comes.
#[tokio::test]
async fn a_menu_stays_open_when_the_system_comes() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.browser.goto(&format!("{}late/", visitor.site.address)).await.expect("the site answers");
    visitor.wait_for("#more-menu").await;
    visitor.click("#more-menu").await;
    let open = "return document.querySelector('#menu').matches(':popover-open') && !document.querySelector('.node');";
    assert_eq!(
        visitor.browser.execute(open, vec![]).await.expect("the page answers"),
        json!(true),
        "it is open, and the system is not there"
    );
    visitor.wait_for(".node").await;
    let still = "return document.querySelector('#menu').matches(':popover-open');";
    assert_eq!(visitor.browser.execute(still, vec![]).await.expect("the page answers"), json!(true), "it stays open");
    visitor.leave().await;
}

/// What the bar waits for is what comes, to the byte: trunk counts before the WebAssembly is made smaller.
#[tokio::test]
async fn the_bar_waits_for_as_many_bytes_as_come() {
    let folder = PathBuf::from(std::env::var("REQUEUE_SITE").expect("REQUEUE_SITE names the built site"));
    let page = std::fs::read_to_string(folder.join("index.html")).expect("the site is built");
    let files = std::fs::read_dir(&folder).expect("it is a folder").filter_map(Result::ok);
    let wasm = files.map(|file| file.path()).find(|path| path.to_string_lossy().ends_with("_bg.wasm")).expect("it has its WebAssembly");
    let bytes = std::fs::metadata(wasm).expect("it is there").len();
    assert!(page.contains(&format!("data-bytes=\"{bytes}\"")), "{bytes}");
    // While it loads the bar grows to its end.
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    let watch = "window.bar = []; const own = Object.getOwnPropertyDescriptor(HTMLProgressElement.prototype, 'value'); \
        Object.defineProperty(HTMLProgressElement.prototype, 'value', { get() { return own.get.call(this); }, set(value) { bar.push(value); own.set.call(this, value); } });";
    visitor
        .browser
        .issue_cmd(DevTools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": watch })))
        .await
        .expect("ChromeDriver has them");
    visitor.open("").await;
    let bar = visitor.browser.execute("return window.bar;", vec![]).await.expect("the page answers");
    let bar: Vec<f64> = bar.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    assert!(bar.is_sorted() && bar.last() == Some(&1.0), "{bar:?}");
    visitor.leave().await;
}

/// `trunk build --release` alone gives a page that works: `./scripts/test` builds it beside the site.
#[tokio::test]
async fn the_page_of_plain_trunk_works() {
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.open("plain/").await;
    works(&visitor).await;
    visitor.leave().await;
}

/// `./scripts/test` starts `trunk serve` and says where.
#[tokio::test]
#[ignore = "needs trunk serve"]
async fn the_page_of_trunk_serve_works() {
    let address = std::env::var("REQUEUE_SERVED").expect("REQUEUE_SERVED is the address of trunk serve");
    let visitor = Visitor::begin(1440, 900, Way::Pointer).await;
    visitor.browser.goto(&address).await.expect("it answers");
    works(&visitor).await;
    visitor.leave().await;
}

async fn works(visitor: &Visitor) {
    visitor.wait_for(".node").await;
    visitor.until("it runs", async |visitor| visitor.text("#clock").await.as_str() > "00:01").await;
}
