//! The built site, served from a thread of the test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Serves the built site from a thread of its own.
pub struct Site {
    pub server: Arc<tiny_http::Server>,
    pub address: String,
}

/// A page that embeds a lesson, as a course platform would.
pub const AROUND: &str = "around.html";

pub const AROUND_PAGE: &str = "<!doctype html><title>Around</title><script>window.told = []; addEventListener('message', (event) => told.push(event.data.requeue));</script>\
    <iframe id=frame width=900 height=600 src='/#lesson=direct.md&embed'></iframe>";

impl Site {
    pub fn serve(folder: PathBuf) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").expect("a free port on loopback"));
        let address = format!("http://{}/", server.server_addr());
        let worker = server.clone();
        std::thread::spawn(move || {
            // Each answer has a thread: a browser may leave one half read until it has another.
            for request in worker.incoming_requests() {
                let folder = folder.clone();
                std::thread::spawn(move || answer(request, &folder));
            }
        });
        Self { server, address }
    }
}

/// The page that trunk alone builds, in a folder beside the site's.
const PLAIN: &str = "plain/";

/// The page on a site that has lost its WebAssembly.
const WITHOUT_WASM: &str = "without-wasm/";

/// The page on a site that has lost its scripts: the page's own one, or the one that starts the WebAssembly.
const WITHOUT_OWN_SCRIPT: &str = "without-script/";
const WITHOUT_BINDINGS: &str = "without-bindings/";

/// The page on a site that does not find its second file every other time.
const LATER_FAILS_ONCE: &str = "later-fails-once/";
static LATER_FAILED: AtomicBool = AtomicBool::new(false);

/// The page on a site whose scenarios come a second late.
const LATE: &str = "late/";

fn answer(request: tiny_http::Request, folder: &Path) {
    let path = request.url().trim_start_matches('/').split('?').next().unwrap_or_default().to_owned();
    let (is_plain, without_wasm, fails_once) =
        (path.starts_with(PLAIN), path.starts_with(WITHOUT_WASM), path.starts_with(LATER_FAILS_ONCE));
    let is_late = path.starts_with(LATE);
    let without = |folder: &str, file: &str| request.url().trim_start_matches('/').starts_with(folder) && path.contains(file);
    let is_lost = without(WITHOUT_OWN_SCRIPT, "/browser")
        || without(WITHOUT_BINDINGS, "/requeue-page") && Path::new(&path).extension().is_some_and(|end| end == "js");
    let path = [PLAIN, WITHOUT_WASM, WITHOUT_OWN_SCRIPT, WITHOUT_BINDINGS, LATER_FAILS_ONCE, LATE]
        .iter()
        .fold(path.as_str(), |path, first| path.trim_start_matches(first));
    let folder = if is_plain { folder.with_file_name("plain") } else { folder.to_owned() };
    let file = folder.join(if path.is_empty() { "index.html" } else { path });
    if is_late && path.starts_with("scenarios/") {
        std::thread::sleep(Duration::from_secs(1));
    }
    let read = match path {
        AROUND => Ok(AROUND_PAGE.into()),
        _ if without_wasm && file.extension().is_some_and(|end| end == "wasm") => Err(std::io::ErrorKind::NotFound.into()),
        _ if is_lost => Err(std::io::ErrorKind::NotFound.into()),
        _ if fails_once && path.ends_with("-later.wasm") && !LATER_FAILED.fetch_xor(true, Ordering::Relaxed) => {
            Err(std::io::ErrorKind::NotFound.into())
        }
        _ => std::fs::read(&file),
    };
    let _ = match read {
        Ok(bytes) => {
            let header = tiny_http::Header::from_bytes("Content-Type", media_type(&file)).expect("a valid header");
            request.respond(tiny_http::Response::from_data(bytes).with_header(header))
        }
        Err(_) => request.respond(tiny_http::Response::empty(404)),
    };
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

pub fn media_type(file: &Path) -> &'static str {
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
