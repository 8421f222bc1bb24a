//! What the browser does besides showing the new state: each effect of the application is carried out here.

use gloo::timers::callback::Timeout;
use yew::Context;

use super::later::Arrival;
use super::texts::browser as texts;
use super::{Message, Playground, browser, on_page, painter};
use crate::app::{CanvasAction, Drawer, Effect, FileAction, HostMessage, Image, Keeps, Kept, Opened, Reading, Shelf, tokens};

/// A notice of what was done stays this long.
const TOLD_FOR_MS: u32 = 8_000;

impl Playground {
    pub(super) fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) {
        let dispatch = || ctx.link().callback(Message::Do);
        match effect {
            Effect::SavePreferences => {
                browser::save_preferences(self.app.theme, self.app.motion);
                browser::apply_theme(self.app.theme);
                self.palette = None;
            }
            // What was asked for and did not come is asked for again.
            Effect::AwaitRest => {
                if matches!(self.later, Arrival::Unasked | Arrival::Failed) {
                    ctx.link().send_message(Message::FetchLater);
                }
            }
            Effect::KeepSizes => browser::keep_sizes(self.app.workspace.sizes),
            Effect::SaveDraft => {
                let is_kept = |keeps: &Keeps| self.app.draft_text(*keeps).is_some_and(|text| browser::save_draft(&text));
                // Not when the page is left alone: a slow machine may have no time for it then.
                browser::note_work(true);
                let keeps = Keeps::TRIED.into_iter().find(is_kept).unwrap_or(Keeps::Nothing);
                self.perform(ctx, FileAction::DraftKept(keeps));
            }
            Effect::PutDraft(text) => self.is_kept(ctx, browser::save_draft(&text)),
            Effect::NoteWork(is_open) => browser::note_work(is_open),
            Effect::ForgetDraft => browser::forget_draft(),
            Effect::KeepOlderDrafts(texts) => self.is_kept(ctx, browser::save_older_drafts(&texts)),
            Effect::FetchGallery => browser::fetch_gallery(dispatch()),
            Effect::FetchScenario(file) => browser::fetch_scenario(file, dispatch()),
            Effect::FetchCourse => browser::fetch_course(dispatch()),
            Effect::FetchLesson(file) => browser::fetch_lesson(&file, dispatch()),
            Effect::SaveProgress => browser::save_progress(&Kept::of(&self.app)),
            Effect::Download { name, text } => {
                browser::download(&name, &text);
                self.tell(ctx, texts::saved_as(&name));
            }
            Effect::MakeLink { text, options } => browser::link(&text, &options, ctx.link().callback(Message::Linked)),
            Effect::Copy(text) => browser::copy(&text, ctx.link().callback(Message::Told)),
            Effect::Tell(text) => self.tell(ctx, text),
            Effect::Picture(image, name) => {
                let file = self.picture(image, &name);
                self.tell(ctx, texts::saved_as(&file));
            }
            Effect::TellHost(HostMessage::Progress(told)) => browser::tell("progress", &told),
            Effect::TellHost(HostMessage::Result(told)) => browser::tell("result", &told),
            Effect::SwallowClick => browser::swallow_click(),
            Effect::Ask(asked) => self.edit_in_place(asked),
            Effect::AskMenu(on, at) => {
                let (left, top) = self.stage_corner();
                self.perform(ctx, CanvasAction::OpenMenu { on, at, page: on_page(left + at.x, top + at.y) });
            }
            Effect::AskClipboard => browser::paste(dispatch()),
            Effect::ReadField(at) => self.focus_next = Some(at.to_string()),
            Effect::Reveal(opened) => {
                self.reveal_next = Some(match opened {
                    Opened::Hint => "newest-hint",
                    Opened::Verdict => "verdict",
                    Opened::Change => "edit",
                    Opened::Model => "model",
                    Opened::Grade => "grade",
                });
            }
            Effect::Read(reading) => {
                let heading = match reading {
                    Reading::Lesson => "lesson-title",
                    Reading::Step => "step-title",
                    Reading::Comparison => "comparison-title",
                    Reading::Drawer if self.app.workspace.left == Some(Drawer::Lesson) => "lesson-title",
                    Reading::Drawer => "drawer-title",
                    Reading::Shelf if self.app.workspace.shelf == Some(Shelf::Compare) => "comparison-title",
                    Reading::Shelf => "shelf-title",
                    Reading::Line => "line-title",
                    Reading::Part => "part-title",
                    Reading::Table => "table-title",
                    Reading::Model => "model-title",
                    Reading::History => "history-title",
                };
                self.focus_next = Some(heading.into());
            }
        }
    }

    fn is_kept(&mut self, ctx: &Context<Self>, is_kept: bool) {
        if !is_kept {
            self.perform(ctx, FileAction::DraftKept(Keeps::Nothing));
        }
    }

    /// The name of its file.
    fn picture(&self, image: Image, name: &str) -> String {
        let kind = match image {
            Image::Png => "png",
            Image::Svg => "svg",
        };
        if let (Some(session), Some(palette)) = (&self.app.session, &self.palette) {
            let (picture, camera) = (tokens::picture(session.plan(), true), self.app.camera());
            let words = self.later.here().map(|later| (later.words)(session.plan(), &picture, camera, self.app.canvas.size));
            let tokens = painter::svg(&picture, &words.unwrap_or_default(), camera, palette);
            browser::picture(kind, name, &tokens);
        }
        format!("{name}.{kind}")
    }

    /// Says what was done, for a while.
    pub(super) fn tell(&mut self, ctx: &Context<Self>, text: String) {
        let link = ctx.link().clone();
        self.told_for = (!text.is_empty()).then(|| Timeout::new(TOLD_FOR_MS, move || link.send_message(Message::Told(String::new()))));
        self.told = text;
    }
}
