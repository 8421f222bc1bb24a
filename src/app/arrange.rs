//! Where nodes stand: aligning, and arranging by the way messages take.

use super::Node;
use super::geometry::{self, Plan, Rect};
use crate::base::ordered::OrderedMap;
use crate::scenario::Point;
use crate::sim::Place;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// One above the other, by their centres.
    Column,
    /// Side by side.
    Row,
    /// With equal spaces, downwards.
    SpreadDown,
    SpreadAcross,
}

/// The new places of nodes that are aligned.
#[must_use]
pub fn aligned(nodes: &[(Node, Rect)], align: Align) -> Vec<(Node, Point)> {
    #[expect(clippy::cast_precision_loss, reason = "there are at most 5,000 nodes")]
    let count = nodes.len().max(1) as f64;
    let mean = |pick: fn(Point) -> f64| (nodes.iter().map(|(_, rect)| pick(rect.centre())).sum::<f64>() / count / 5.0).round() * 5.0;
    let (x, y) = (mean(|at| at.x), mean(|at| at.y));
    let along = |pick: fn(Point) -> f64, set: fn(Point, f64) -> Point| {
        let mut sorted: Vec<(Node, Point)> = Vec::new();
        for (node, rect) in nodes {
            let place = sorted.partition_point(|(_, before)| pick(*before) <= pick(rect.centre()));
            sorted.insert(place, (node.clone(), rect.centre()));
        }
        let (first, last) = (sorted.first().map_or(0.0, |one| pick(one.1)), sorted.last().map_or(0.0, |one| pick(one.1)));
        let mut place = 0.0;
        for (_, at) in &mut sorted {
            *at = set(*at, (first + (last - first) * place / (count - 1.0).max(1.0)).round());
            place += 1.0;
        }
        sorted
    };
    let each = |set: &dyn Fn(Point) -> Point| nodes.iter().map(|(node, rect)| (node.clone(), set(rect.centre()))).collect();
    match align {
        Align::Column => each(&|at| Point { x, ..at }),
        Align::Row => each(&|at| Point { y, ..at }),
        Align::SpreadDown => along(|at| at.y, |at, y| Point { y, ..at }),
        Align::SpreadAcross => along(|at| at.x, |at, x| Point { x, ..at }),
    }
}

/// From one column to the next, and the least from one node to the next below.
const COLUMN: f64 = 240.0;
const ROW: f64 = 135.0;
const LAPS: usize = 8;

/// Columns by the way messages take, from those who ask to those who consume; within a column, near what it is connected with.
#[must_use]
pub fn arranged(plan: Plan<'_>) -> Vec<(Node, Point)> {
    let mut places: Vec<Place> = geometry::places(plan).into_iter().map(|place| geometry::moved_as(&place)).collect();
    places.dedup();
    let index: OrderedMap<&Place, usize> = places.iter().enumerate().map(|(index, place)| (place, index)).collect();
    let index = |place: &Place| index.get(&geometry::moved_as(place)).copied();
    let edges: Vec<(usize, usize)> = geometry::edges(plan)
        .iter()
        .filter_map(|edge| Some((index(&edge.from)?, index(&edge.to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    let column = columns(places.len(), &edges);
    let mut near = vec![Vec::new(); places.len()];
    for (from, to) in &edges {
        near[*from].push(*to);
        near[*to].push(*from);
    }
    let mut members = vec![Vec::new(); column.iter().max().map_or(0, |last| last + 1)];
    for (place, column) in column.iter().enumerate() {
        members[*column].push(place);
    }
    let mut rows: Vec<f64> = places.iter().map(|place| geometry::rect(plan, place).map_or(0.0, |rect| rect.centre().y)).collect();
    for _ in 0..LAPS {
        for members in &members {
            let mut wanted: Vec<(f64, usize)> = Vec::new();
            for place in members {
                #[expect(clippy::cast_precision_loss, reason = "there are at most 5,000 nodes")]
                let count = near[*place].len() as f64;
                let row = if count > 0.0 { near[*place].iter().map(|other| rows[*other]).sum::<f64>() / count } else { rows[*place] };
                wanted.insert(wanted.partition_point(|(before, _)| *before <= row), (row, *place));
            }
            let mut last = f64::NEG_INFINITY;
            let mut moved = 0.0;
            for (row, place) in &wanted {
                let at = row.max(last);
                moved += at - row;
                rows[*place] = at;
                last = at + height(plan, &places[*place]);
            }
            // What was pushed down is taken up again together.
            #[expect(clippy::cast_precision_loss, reason = "there are at most 5,000 nodes")]
            let up = moved / wanted.len().max(1) as f64;
            for (_, place) in &wanted {
                rows[*place] -= up;
            }
        }
    }
    let top = rows.iter().copied().fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_precision_loss, reason = "there are at most 5,000 nodes")]
    let at = |place: usize| Point { x: 120.0 + column[place] as f64 * COLUMN, y: ((rows[place] - top + 75.0) / 15.0).round() * 15.0 };
    places.iter().enumerate().map(|(place, node)| (node.clone(), at(place))).collect()
}

/// The column of each node: one more than the last of the nodes that lead to it. What leads back, as the way of a retry does, counts
/// for no column; so no column is empty, and there are never more columns than nodes.
fn columns(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut next = vec![Vec::new(); nodes];
    let mut leads_here = vec![false; nodes];
    for (from, to) in edges {
        next[*from].push(*to);
        leads_here[*to] = true;
    }
    // Depth first, from where messages begin; then from what is only in circles. A node is finished after all that it leads to.
    let (mut seen, mut open, mut finished) = (vec![false; nodes], vec![false; nodes], Vec::new());
    let mut onward = vec![Vec::new(); nodes];
    let begins = (0..nodes).filter(|node| !leads_here[*node]);
    let others = (0..nodes).filter(|node| leads_here[*node]);
    for start in begins.chain(others) {
        let mut way = vec![(start, 0)];
        while let Some((node, tried)) = way.pop() {
            if tried == 0 {
                if seen[node] {
                    continue;
                }
                (seen[node], open[node]) = (true, true);
            }
            match next[node].get(tried) {
                None => {
                    open[node] = false;
                    finished.push(node);
                }
                Some(to) => {
                    // An edge to a node that is still open closes a circle: it leads back.
                    if !open[*to] {
                        onward[node].push(*to);
                    }
                    way.push((node, tried + 1));
                    if !seen[*to] {
                        way.push((*to, 0));
                    }
                }
            }
        }
    }
    let mut column = vec![0; nodes];
    for node in finished.into_iter().rev() {
        for to in &onward[node] {
            column[*to] = column[*to].max(column[node] + 1);
        }
    }
    column
}

/// How much a node takes of its column: a service has all its instances below one another.
fn height(plan: Plan<'_>, place: &Place) -> f64 {
    match place {
        Place::Instance(id) => {
            plan.world.services().get(id.service).map_or(ROW, |service| ROW + 96.0 * f64::from(service.spec.instances.saturating_sub(1)))
        }
        Place::Client(_) | Place::Exchange(_) | Place::Queue(_) => ROW,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::columns;
    use proptest::prelude::*;

    #[test]
    fn a_way_back_makes_no_column() {
        for (nodes, edges, expected) in [
            (3, vec![(0, 1), (1, 2)], vec![0, 1, 2]),
            (3, vec![(0, 1), (1, 2), (2, 0)], vec![0, 1, 2]),
            // A queue for retries: exchange, queue, service, wait queue, and back to the exchange.
            (5, vec![(0, 1), (1, 2), (2, 3), (2, 4), (4, 1)], vec![0, 1, 2, 3, 3]),
            (4, vec![(1, 0), (0, 1)], vec![0, 1, 0, 0]),
            (0, vec![], vec![]),
        ] {
            assert_eq!(columns(nodes, &edges), expected, "{edges:?}");
        }
    }

    proptest! {
        /// In every graph, circles and all: no column is empty, and whatever is in a later column than the first has a node that leads
        /// to it in the column before.
        #[test]
        fn no_column_is_empty((nodes, edges) in (1_usize..40).prop_flat_map(|nodes| {
            (Just(nodes), prop::collection::vec((0..nodes, 0..nodes), 0..120))
        })) {
            let edges: Vec<(usize, usize)> = edges.into_iter().filter(|(from, to)| from != to).collect();
            let column = columns(nodes, &edges);
            for (node, at) in column.iter().enumerate().filter(|(_, at)| **at > 0) {
                let before = edges.iter().any(|(from, to)| *to == node && column[*from] + 1 == *at);
                prop_assert!(before, "nothing leads to {node} in column {at}");
            }
        }
    }
}
