//! What `html!` makes, with its syntax, in a third of the code: an element is a few calls rather than structures built in place.
//!
//! The views are the largest part of the page, and what yew's own macro makes of them was half of it (`BENCHMARKS.md`). As there, an `if` or a
//! `for` keeps its place among its siblings, whether there is something in it or not. Components are not needed here, and not known.

use std::borrow::Cow;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use yew::virtual_dom::{Key, Listener, ListenerKind, VList, VNode, VTag, VText};
use yew::{AttrValue, Callback, Classes, Html, NodeRef};

use crate::base::number::Shortest;

/// Elements, text in `{ }`, `if` with `else`, `{ for iterator }`, and fragments.
macro_rules! html {
    () => { ::yew::Html::default() };
    ($($tokens:tt)+) => {{
        #[allow(unused_mut, reason = "of text alone")]
        let mut view = $crate::ui::view::View::new();
        $crate::ui::view::nodes!(view; $($tokens)+);
        view.into_html()
    }};
}

/// What stands between tags.
macro_rules! nodes {
    ($view:ident;) => {};
    ($view:ident; <> $($rest:tt)*) => { $view.open_list(); $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; </> $($rest:tt)*) => { $view.close(); $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; </ $tag:ident > $($rest:tt)*) => { $view.close_tag(stringify!($tag)); $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; < $tag:ident $($rest:tt)*) => { $view.open(stringify!($tag)); $crate::ui::view::attributes!($view; $($rest)*) };
    ($view:ident; if $($rest:tt)*) => { $view.open_list(); $crate::ui::view::choice!($view; [if] $($rest)*) };
    ($view:ident; { for $($each:tt)+ } $($rest:tt)*) => { $view.each($($each)+); $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; { $text:literal } $($rest:tt)*) => { $view.text($text); $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; { $($node:tt)+ } $($rest:tt)*) => { $view.node({ $($node)+ }); $crate::ui::view::nodes!($view; $($rest)*) };
}

/// A condition up to its block, which becomes the condition of a real `if`.
macro_rules! choice {
    ($view:ident; [$($so_far:tt)*] { $($nodes:tt)* } else if $($rest:tt)*) => {
        $crate::ui::view::choice!($view; [$($so_far)* { $crate::ui::view::nodes!($view; $($nodes)*); } else if] $($rest)*)
    };
    ($view:ident; [$($so_far:tt)*] { $($nodes:tt)* } else { $($others:tt)* } $($rest:tt)*) => {
        $($so_far)* { $crate::ui::view::nodes!($view; $($nodes)*); } else { $crate::ui::view::nodes!($view; $($others)*); }
        $view.close();
        $crate::ui::view::nodes!($view; $($rest)*)
    };
    ($view:ident; [$($so_far:tt)*] { $($nodes:tt)* } $($rest:tt)*) => {
        $($so_far)* { $crate::ui::view::nodes!($view; $($nodes)*); }
        $view.close();
        $crate::ui::view::nodes!($view; $($rest)*)
    };
    ($view:ident; [$($so_far:tt)*] $next:tt $($rest:tt)*) => { $crate::ui::view::choice!($view; [$($so_far)* $next] $($rest)*) };
}

/// What stands in a tag, up to its end.
macro_rules! attributes {
    ($view:ident; > $($rest:tt)*) => { $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; / > $($rest:tt)*) => { $view.close(); $crate::ui::view::nodes!($view; $($rest)*) };
    ($view:ident; key = $value:tt $($rest:tt)*) => { $view.key($value); $crate::ui::view::attributes!($view; $($rest)*) };
    ($view:ident; ref = $value:tt $($rest:tt)*) => { $view.node_ref($value); $crate::ui::view::attributes!($view; $($rest)*) };
    ($view:ident; ~ $name:ident = $value:tt $($rest:tt)*) => {
        $view.property(stringify!($name), $value);
        $crate::ui::view::attributes!($view; $($rest)*)
    };
    ($view:ident; { $name:ident } $($rest:tt)*) => {
        $view.set(stringify!($name), $name);
        $crate::ui::view::attributes!($view; $($rest)*)
    };
    ($view:ident; $name:ident $(- $more:ident)* = $value:tt $($rest:tt)*) => {
        $view.set(concat!(stringify!($name) $(, "-", stringify!($more))*), $value);
        $crate::ui::view::attributes!($view; $($rest)*)
    };
}

pub(crate) use {attributes, choice, html, nodes};

/// An element that is open, or a list where there is none, and what is in it so far.
struct Frame {
    tag: Option<VTag>,
    children: Vec<VNode>,
}

/// What is being built: the innermost element is the last.
pub struct View(Vec<Frame>);

impl View {
    pub fn new() -> Self {
        Self(vec![Frame { tag: None, children: Vec::new() }])
    }

    #[inline(never)]
    pub fn open(&mut self, tag: &'static str) {
        self.0.push(Frame { tag: Some(VTag::new(AttrValue::Static(tag))), children: Vec::new() });
    }

    #[inline(never)]
    pub fn open_list(&mut self) {
        self.0.push(Frame { tag: None, children: Vec::new() });
    }

    pub fn close_tag(&mut self, tag: &'static str) {
        debug_assert_eq!(self.0.last().and_then(|frame| frame.tag.as_ref()).map(VTag::tag), Some(tag), "a tag is closed that is not open");
        self.close();
    }

    #[inline(never)]
    pub fn close(&mut self) {
        let Some(Frame { tag, children }) = self.0.pop() else { return };
        let node = match tag {
            Some(mut tag) => {
                tag.add_children(children);
                tag.into()
            }
            None => list(children),
        };
        self.push(node);
    }

    #[inline(never)]
    pub fn push(&mut self, node: VNode) {
        if let Some(frame) = self.0.last_mut() {
            frame.children.push(node);
        }
    }

    pub fn into_html(mut self) -> Html {
        let mut children = self.0.pop().map(|frame| frame.children).unwrap_or_default();
        if children.len() == 1 { children.remove(0) } else { list(children) }
    }

    fn tag(&mut self) -> Option<&mut VTag> {
        self.0.last_mut()?.tag.as_mut()
    }

    #[inline(never)]
    pub fn fixed(&mut self, name: &'static str, value: &'static str) {
        self.attribute(name, AttrValue::Static(value));
    }

    #[inline(never)]
    fn attribute(&mut self, name: &'static str, value: AttrValue) {
        let Some(tag) = self.tag() else { return };
        let is_field = matches!(tag.tag(), "input" | "textarea");
        match name {
            "value" if is_field => tag.set_value(value),
            "defaultValue" => self.property(name, (*value).into()),
            _ => tag.add_attribute(name, value),
        }
    }

    /// A property of the element in the browser, where an attribute would not do.
    #[inline(never)]
    pub fn property(&mut self, name: &'static str, value: JsValue) {
        if let Some(tag) = self.tag() {
            tag.add_property(name, value);
        }
    }

    pub fn set(&mut self, name: &'static str, value: impl Attribute) {
        value.set(self, name);
    }

    pub fn key(&mut self, key: impl Into<Key>) {
        if let Some(tag) = self.tag() {
            tag.key = Some(key.into());
        }
    }

    pub fn node_ref(&mut self, node: NodeRef) {
        if let Some(tag) = self.tag() {
            tag.node_ref = node;
        }
    }

    #[inline(never)]
    fn listen(&mut self, name: &'static str, callback: Callback<web_sys::Event>) {
        if let Some(tag) = self.tag() {
            tag.add_listener(Rc::new(On { kind: ListenerKind::other(Cow::Borrowed(&name[2..])), callback }));
        }
    }

    #[inline(never)]
    pub fn text(&mut self, text: &'static str) {
        self.push(VText::new(AttrValue::Static(text)).into());
    }

    pub fn node(&mut self, node: impl Node) {
        node.add(self);
    }

    /// One place for as many as there are.
    pub fn each<T: Node>(&mut self, nodes: impl IntoIterator<Item = T>) {
        self.open_list();
        nodes.into_iter().for_each(|node| node.add(self));
        self.close();
    }
}

fn list(children: Vec<VNode>) -> VNode {
    VList::with_children(children, None).into()
}

struct On {
    kind: ListenerKind,
    callback: Callback<web_sys::Event>,
}

impl Listener for On {
    fn kind(&self) -> ListenerKind {
        self.kind.clone()
    }

    fn handle(&self, event: web_sys::Event) {
        self.callback.emit(event);
    }

    fn passive(&self) -> bool {
        false
    }
}

/// What an attribute can be: text, a flag, a callback, or none of it.
pub trait Attribute {
    fn set(self, view: &mut View, name: &'static str);
}

impl Attribute for &'static str {
    fn set(self, view: &mut View, name: &'static str) {
        view.fixed(name, self);
    }
}

impl Attribute for AttrValue {
    fn set(self, view: &mut View, name: &'static str) {
        view.attribute(name, self);
    }
}

impl Attribute for String {
    #[inline(never)]
    fn set(self, view: &mut View, name: &'static str) {
        view.attribute(name, self.into());
    }
}

impl Attribute for f64 {
    #[inline(never)]
    fn set(self, view: &mut View, name: &'static str) {
        Shortest(self).to_string().set(view, name);
    }
}

impl Attribute for Classes {
    fn set(self, view: &mut View, name: &'static str) {
        self.to_string().set(view, name);
    }
}

impl Attribute for bool {
    #[inline(never)]
    fn set(self, view: &mut View, name: &'static str) {
        match name {
            "checked" => view.tag().into_iter().for_each(|tag| tag.set_checked(self)),
            // The attribute says nothing any more where somebody has chosen.
            "selected" => view.property(name, self.into()),
            _ if self => view.fixed(name, name),
            _ => {}
        }
    }
}

impl<T: Attribute> Attribute for Option<T> {
    fn set(self, view: &mut View, name: &'static str) {
        if let Some(value) = self {
            value.set(view, name);
        }
    }
}

impl<E: JsCast + 'static> Attribute for Callback<E> {
    fn set(self, view: &mut View, name: &'static str) {
        view.listen(name, self.reform(|event: web_sys::Event| event.unchecked_into()));
    }
}

/// What can stand in an element: other elements, or text.
pub trait Node {
    fn add(self, view: &mut View);
}

impl Node for Html {
    fn add(self, view: &mut View) {
        view.push(self);
    }
}

impl Node for AttrValue {
    #[inline(never)]
    fn add(self, view: &mut View) {
        view.push(VText::new(self).into());
    }
}

impl Node for &str {
    #[inline(never)]
    fn add(self, view: &mut View) {
        AttrValue::from(self.to_owned()).add(view);
    }
}

impl Node for String {
    #[inline(never)]
    fn add(self, view: &mut View) {
        AttrValue::from(self).add(view);
    }
}

impl Node for &String {
    fn add(self, view: &mut View) {
        self.clone().add(view);
    }
}

impl Node for u64 {
    #[inline(never)]
    fn add(self, view: &mut View) {
        self.to_string().add(view);
    }
}

impl Node for usize {
    fn add(self, view: &mut View) {
        (self as u64).add(view);
    }
}

impl<T: Node> Node for Option<T> {
    /// Keeps its place.
    fn add(self, view: &mut View) {
        match self {
            Some(node) => node.add(view),
            None => view.push(Html::default()),
        }
    }
}

impl<T: Node> Node for Vec<T> {
    fn add(self, view: &mut View) {
        view.each(self);
    }
}
