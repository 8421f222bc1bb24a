//! A file of definitions as it is: its version, its virtual hosts, its lists.

use super::json::{self, At, Mistake, Node, Oddity, Parsed, Spot};
use crate::base::limits::{self, beyond};
use crate::base::ordered::OrderedMap;
use crate::broker::Profile;
use crate::broker::queue::Kind as QueueKind;
use crate::scenario::Json;

/// RabbitMQ has operator policies among its parameters. Some files have them in a section, which it ignores.
pub(super) const OPERATOR_SECTION: &str = "operator_policies";

/// What only RabbitMQ's definitions have at their top.
const SIGNS: [&str; 8] = ["rabbit_version", "rabbitmq_version", "vhosts", "exchanges", "queues", "bindings", "policies", "parameters"];

#[derive(Clone, Debug, PartialEq)]
pub struct Definitions<'a> {
    parsed: Parsed<'a>,
}

/// Whether a JSON document is meant as definitions. What Requeue writes, files and copied parts, begins with its name.
#[must_use]
pub fn is_one(document: &Json) -> bool {
    let is_ours = document.as_object().is_some_and(|fields| fields.keys().any(|key| key.starts_with("requeue")));
    !is_ours && SIGNS.iter().any(|sign| document.get(*sign).is_some())
}

/// Whether a text that is no JSON is meant as definitions: it has comments, perhaps, or was cut off.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    !text.contains("\"requeue") && SIGNS.iter().filter(|sign| text.contains(**sign)).count() >= 2
}

/// A virtual host of a file, and how much it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vhost {
    pub name: String,
    pub exchanges: usize,
    pub queues: usize,
    pub bindings: usize,
    pub policies: usize,
}

impl Vhost {
    #[must_use]
    pub const fn has_parts(&self) -> bool {
        self.exchanges + self.queues > 0
    }
}

const EXPORT: &str = "Export them with rabbitmqctl export_definitions.";

/// An entry of one of the lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    pub list: &'static str,
    pub index: usize,
    pub spot: &'a Spot,
}

impl<'a> Item<'a> {
    /// A field that is a text.
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.spot.get(field)?.text()
    }

    pub fn path(&self) -> String {
        format!("{}[{}]", self.list, self.index)
    }
}

/// A part that RabbitMQ has by itself, or that its importer skips.
pub(super) fn is_built_in(name: &str) -> bool {
    name.is_empty() || name.starts_with("amq.")
}

impl<'a> Definitions<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// It is no JSON, too large, or no definitions: why, where, and what to do.
    pub fn read(text: &'a str) -> Result<Self, Mistake> {
        let parsed = json::parse(text)?;
        let mistake = |says: String, todo| Err(Mistake { at: None, says, todo });
        if !parsed.root.is_object() {
            let (found, todo) = match &parsed.root.node {
                Node::List(_) => ("a list", "Export all definitions: queues and exchanges are lists in one object."),
                Node::Text(_) => ("a text", EXPORT),
                Node::Number(_) => ("a number", EXPORT),
                Node::Bool(_) => ("true or false", EXPORT),
                Node::Null | Node::Object(_) => ("null", EXPORT),
            };
            let says = format!("Definitions are one JSON object: {found} stands here.");
            return Err(Mistake { at: Some(parsed.lines.at(parsed.root.byte)), says, todo });
        }
        if parsed.root.get("requeue").is_some() {
            return mistake("This is a file of Requeue, and no definitions of RabbitMQ.".to_owned(), "Open it as it is.");
        }
        if !parsed.root.fields().is_empty() && !SIGNS.iter().any(|sign| parsed.root.get(sign).is_some()) {
            let says = "This JSON has none of the lists of RabbitMQ's definitions.".to_owned();
            return mistake(says, EXPORT);
        }
        let most =
            [("exchanges", limits::NODES), ("queues", limits::NODES), ("bindings", limits::BINDINGS), ("policies", limits::BINDINGS)];
        for (list, max) in most {
            // Several virtual hosts may share the file: each is held to the limits of a scenario later.
            if let Some(why) = parsed.root.get(list).and_then(|found| beyond(list, found.items().len(), max * 4)) {
                return mistake(format!("{why}."), "Export one virtual host.");
            }
        }
        Ok(Self { parsed })
    }

    pub(super) const fn root(&self) -> &Spot {
        &self.parsed.root
    }

    #[must_use]
    pub fn at(&self, byte: usize) -> At {
        self.parsed.lines.at(byte)
    }

    pub(super) fn oddities(&self) -> &[(Oddity, usize)] {
        &self.parsed.oddities
    }

    /// The RabbitMQ that wrote it.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let text = |field| self.root().get(field).and_then(Spot::text).filter(|text| text.len() <= limits::SHORT_BYTES);
        text("rabbitmq_version").or_else(|| text("rabbit_version"))
    }

    /// The simulated RabbitMQ that is nearest to it.
    #[must_use]
    pub fn profile(&self) -> Option<Profile> {
        let mut numbers = self.version()?.split('.').map(|number| number.parse::<u32>().ok());
        let (major, minor) = (numbers.next()??, numbers.next().flatten().unwrap_or_default());
        Some(match (major, minor) {
            (..4, _) => Profile::V3_13,
            (4, ..3) => Profile::V4_0,
            _ if self.has_transient_queue() => Profile::V4_3Debian,
            _ => Profile::V4_3,
        })
    }

    /// RabbitMQ's own builds of 4.3 have none: then it is Debian's.
    fn has_transient_queue(&self) -> bool {
        self.items("queues").any(|queue| queue.spot.get("durable").and_then(Spot::flag) == Some(false))
    }

    /// The entries of a list that are objects.
    pub(super) fn items(&self, list: &'static str) -> impl Iterator<Item = Item<'_>> {
        self.all(list).filter(|item| item.spot.is_object())
    }

    pub(super) fn all(&self, list: &'static str) -> impl Iterator<Item = Item<'_>> {
        let items = self.root().get(list).map_or(&[][..], Spot::items);
        items.iter().enumerate().map(move |(index, spot)| Item { list, index, spot })
    }

    /// It is of one virtual host, whose parts do not name it.
    pub(super) fn is_of_one_vhost(&self) -> bool {
        !["exchanges", "queues", "bindings", "policies"].iter().any(|list| self.items(list).any(|item| item.text("vhost").is_some()))
    }

    /// What the only virtual host of such a file is called.
    fn only_name(&self) -> &str {
        let original = self.root().get("original_vhost_name").and_then(Spot::text);
        original.or_else(|| self.items("vhosts").find_map(|item| item.text("name"))).unwrap_or("/")
    }

    /// The virtual hosts of the file, in its order, and then those that are only named by their parts. There is at least one.
    #[must_use]
    pub fn vhosts(&self) -> Vec<Vhost> {
        let mut found: Vec<Vhost> = Vec::new();
        let mut places: OrderedMap<&str, usize> = OrderedMap::new();
        let one = self.is_of_one_vhost();
        let names = self.items("vhosts").filter(|_| !one).filter_map(|item| item.text("name"));
        for name in names.chain(one.then(|| self.only_name())).take(limits::ITEMS) {
            places.get_or_insert_with(name, || {
                found.push(Vhost { name: name.to_owned(), ..Vhost::default() });
                found.len() - 1
            });
        }
        for list in ["exchanges", "queues", "bindings", "policies"] {
            for item in self.items(list) {
                let Some(name) = (if one { Some(self.only_name()) } else { item.text("vhost") }) else { continue };
                if found.len() > limits::ITEMS || item.text("name").is_some_and(is_built_in) {
                    continue;
                }
                let place = *places.get_or_insert_with(name, || {
                    found.push(Vhost { name: name.to_owned(), ..Vhost::default() });
                    found.len() - 1
                });
                let count = match list {
                    "exchanges" => &mut found[place].exchanges,
                    "queues" => &mut found[place].queues,
                    "bindings" => &mut found[place].bindings,
                    _ => &mut found[place].policies,
                };
                *count += 1;
            }
        }
        if found.is_empty() {
            found.push(Vhost { name: "/".to_owned(), ..Vhost::default() });
        }
        found
    }

    /// The entries that belong to a virtual host: those that name it, and those that name none.
    pub(super) fn items_of(&self, list: &'static str, vhost: &str) -> impl Iterator<Item = Item<'_>> {
        let one = self.is_of_one_vhost();
        self.items(list).filter(move |item| one || item.text("vhost").is_none_or(|name| name == vhost))
    }

    /// The type of queues that name none: the word of the file, and the type that it names, if any.
    pub(super) fn default_queue_type(&self, vhost: &str) -> Option<(&str, Option<QueueKind>, usize)> {
        let entry = self.items("vhosts").find(|item| item.text("name") == Some(vhost)).map(|item| item.spot);
        let of_file = Some(self.root()).filter(|_| self.is_of_one_vhost());
        let named = [entry, of_file].into_iter().flatten().find_map(|spot| {
            let of_metadata = spot.get("metadata").and_then(|metadata| metadata.get("default_queue_type"));
            of_metadata.or_else(|| spot.get("default_queue_type"))
        })?;
        let word = named.text()?;
        Some((word, QueueKind::from_name(word), named.byte))
    }

    /// Of a field that RabbitMQ's definitions do not have.
    pub(super) fn unknown_lists(&self) -> impl Iterator<Item = (&str, usize)> {
        const KNOWN: [&str; 19] = [
            "rabbit_version",
            "rabbitmq_version",
            "product_name",
            "product_version",
            "rabbitmq_definition_format",
            "original_vhost_name",
            "original_cluster_name",
            "explanation",
            "metadata",
            "description",
            "default_queue_type",
            "limits",
            "users",
            "permissions",
            "topic_permissions",
            "global_parameters",
            "parameters",
            "vhosts",
            "policies",
        ];
        const PARTS: [&str; 4] = ["exchanges", "queues", "bindings", OPERATOR_SECTION];
        let is_list = |node: &Node| matches!(node, Node::List(_) | Node::Object(_));
        let fields = self.root().fields().iter().filter(move |field| is_list(&field.value.node));
        fields
            .filter(|field| !KNOWN.contains(&&*field.name) && !PARTS.contains(&&*field.name))
            .map(|field| (&*field.name, field.value.byte))
    }
}
