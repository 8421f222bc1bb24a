//! Topic exchanges: `*` is one word, `#` any number of words, words are separated by dots (rules 35 to 37).
//!
//! Binding keys form a trie of words. A routing key is matched by walking all branches at once, one word at a time. So the cost grows with
//! the branches that still match, not with the bindings. No key can make it explode.

use super::Destination;
use crate::base::ordered::{OrderedMap, insert_once};
use crate::broker::value::Name;

/// Index of a node; the root is 0.
type Node = u32;

/// The branches that match so far, and those that match one word more.
#[derive(Clone, Debug, Default)]
pub(in crate::broker) struct Walk {
    reached: Vec<Node>,
    next: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(super) struct Router {
    nodes: Vec<TrieNode>,
    free: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct TrieNode {
    words: OrderedMap<Name, Node>,
    star: Option<Node>,
    hash: Option<Node>,
    /// Reached by `#`: stays reached however many words follow.
    is_hash: bool,
    destinations: Vec<Destination>,
}

impl Default for Router {
    fn default() -> Self {
        Self { nodes: vec![TrieNode::default()], free: Vec::new() }
    }
}

/// The words of a key. An empty key has none; dots beside nothing enclose empty words (rule 35).
pub fn words(key: &str) -> impl Iterator<Item = &str> + Clone {
    let words = if key.is_empty() { None } else { Some(key.split('.')) };
    words.into_iter().flatten()
}

/// Whether a binding key matches a routing key: the definition that the trie must agree with.
#[must_use]
pub fn matches(binding_key: &str, routing_key: &str) -> bool {
    let pattern: Vec<&str> = words(binding_key).collect();
    let subject: Vec<&str> = words(routing_key).collect();
    // reached[i]: the pattern so far matches the first i words.
    let mut reached = vec![false; subject.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; subject.len() + 1];
        for (index, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            match part {
                "#" => next[index..].fill(true),
                "*" if index < subject.len() => next[index + 1] = true,
                word if subject.get(index) == Some(&word) => next[index + 1] = true,
                _ => {}
            }
        }
        reached = next;
    }
    reached[subject.len()]
}

impl Router {
    pub fn add(&mut self, key: &Name, destination: Destination) {
        let mut node = 0;
        for word in words(key) {
            node = match self.child(node, word) {
                Some(child) => child,
                None => self.add_child(node, word),
            };
        }
        self.nodes[node as usize].destinations.push(destination);
    }

    pub fn remove(&mut self, key: &Name, destination: Destination) {
        let mut path = vec![(0, "")];
        for word in words(key) {
            let Some(child) = self.child(path[path.len() - 1].0, word) else { return };
            path.push((child, word));
        }
        super::remove_one(&mut self.nodes[path[path.len() - 1].0 as usize].destinations, destination);
        while let Some((node, word)) = path.pop() {
            let Some(&(parent, _)) = path.last() else { return };
            let unused = &self.nodes[node as usize];
            if !unused.destinations.is_empty() || !unused.words.is_empty() || unused.star.is_some() || unused.hash.is_some() {
                return;
            }
            let parent = &mut self.nodes[parent as usize];
            match word {
                "*" => parent.star = None,
                "#" => parent.hash = None,
                word => {
                    parent.words.remove(word);
                }
            }
            self.free.push(node);
        }
    }

    fn child(&self, node: Node, word: &str) -> Option<Node> {
        let node = &self.nodes[node as usize];
        match word {
            "*" => node.star,
            "#" => node.hash,
            word => node.words.get(word).copied(),
        }
    }

    fn add_child(&mut self, parent: Node, word: &str) -> Node {
        let fresh = TrieNode { is_hash: word == "#", ..TrieNode::default() };
        let child = if let Some(child) = self.free.pop() {
            self.nodes[child as usize] = fresh;
            child
        } else {
            self.nodes.push(fresh);
            Node::try_from(self.nodes.len() - 1).expect("a trie has fewer nodes than the broker has bytes of keys")
        };
        let parent = &mut self.nodes[parent as usize];
        match word {
            "*" => parent.star = Some(child),
            "#" => parent.hash = Some(child),
            word => {
                parent.words.insert(word.into(), child);
            }
        }
        child
    }

    pub fn route(&self, key: &str, found: &mut Vec<Destination>, walk: &mut Walk) {
        let Walk { reached, next } = walk;
        reached.clear();
        next.clear();
        self.reach(0, reached);
        for word in words(key) {
            for &node in reached.iter() {
                let trie_node = &self.nodes[node as usize];
                if trie_node.is_hash {
                    insert_once(next, node); // its own `#` child was reached before
                }
                if let Some(&child) = trie_node.words.get(word) {
                    self.reach(child, next);
                }
                if let Some(child) = trie_node.star {
                    self.reach(child, next);
                }
            }
            std::mem::swap(reached, next);
            next.clear();
        }
        for node in reached.iter() {
            found.extend_from_slice(&self.nodes[*node as usize].destinations);
        }
    }

    /// A node, and what `#` reaches from it by matching no word.
    fn reach(&self, node: Node, reached: &mut Vec<Node>) {
        insert_once(reached, node);
        let mut node = node;
        while let Some(hash) = self.nodes[node as usize].hash {
            insert_once(reached, hash);
            node = hash;
        }
    }
}
