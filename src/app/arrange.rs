//! Where nodes stand: aligning, and arranging by the way messages take.

use super::Node;
use super::geometry::{self, EdgeKind, Plan, Rect};
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
pub(super) const COLUMN: f64 = 240.0;
pub(super) const ROW: f64 = 135.0;
const LAPS: usize = 8;

/// Columns along the way of messages, from clients to consumers. Within a column, a node is near its neighbours. What only dead letters
/// reach stands in a lane beneath, from the queue they come from onwards.
#[must_use]
pub fn arranged(plan: Plan<'_>) -> Vec<(Node, Point)> {
    let (places, edges) = ways(plan);
    let lane = lane(places.len(), &edges);
    // What leads from the lane to the others, or brings them dead letters, says nothing of where they stand.
    let counts = |way: &&Way| lane[way.to] || !lane[way.from] && !way.dead;
    let counted: Vec<Way> = edges.iter().filter(counts).copied().collect();
    let column = columns(places.len(), &counted);
    let mut near = vec![Vec::new(); places.len()];
    for way in counted.iter().filter(|way| !lane[way.to]) {
        near[way.from].push(way.to);
        near[way.to].push(way.from);
    }
    let mut members = vec![Vec::new(); column.iter().max().map_or(0, |last| last + 1)];
    for (place, column) in column.iter().enumerate().filter(|(place, _)| !lane[*place]) {
        members[*column].push(place);
    }
    // What dead letters fall from stands last in its column: they fall past nothing.
    let mut falls = vec![false; places.len()];
    edges.iter().filter(|way| way.dead && lane[way.to]).for_each(|way| falls[way.from] = true);
    let mut rows: Vec<f64> = places.iter().map(|place| geometry::rect(plan, place).map_or(0.0, |rect| rect.centre().y)).collect();
    for _ in 0..LAPS {
        for members in &members {
            let mut wanted: Vec<(f64, usize)> = Vec::new();
            for place in members {
                #[expect(clippy::cast_precision_loss, reason = "there are at most 5,000 nodes")]
                let count = near[*place].len() as f64;
                let row = if count > 0.0 { near[*place].iter().map(|other| rows[*other]).sum::<f64>() / count } else { rows[*place] };
                let begins = wanted.partition_point(|(before, other)| (falls[*other], *before) <= (falls[*place], row));
                wanted.insert(begins, (row, *place));
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
    straighten(&members, &counted, &column, &mut rows, |place| height(plan, &places[place]));
    // The lane begins beneath all that stands in its columns, and what follows one another in it stands side by side.
    let in_lane = || (0..places.len()).filter(|place| lane[*place]);
    let (first, last) = (in_lane().map(|place| column[place]).min(), in_lane().map(|place| column[place]).max());
    let above = (0..places.len()).filter(|place| !lane[*place] && Some(column[*place]) >= first && Some(column[*place]) <= last);
    let begins = above.map(|place| rows[place] + height(plan, &places[place])).reduce(f64::max).unwrap_or_default();
    for of in first.into_iter().chain(last).min().unwrap_or(0)..=last.unwrap_or(0) {
        let mut wanted: Vec<(f64, usize)> = Vec::new();
        for place in in_lane().filter(|place| column[*place] == of) {
            let before =
                counted.iter().filter(|way| way.to == place && (!lane[way.from] || column[way.from] < of)).map(|way| rows[way.from]);
            let row = before.fold(f64::INFINITY, f64::min);
            wanted.insert(wanted.partition_point(|(before, _)| *before <= row), (row, place));
        }
        let mut last = begins;
        for (row, place) in wanted {
            rows[place] = if row.is_finite() { row.max(last) } else { last };
            last = rows[place] + height(plan, &places[place]);
        }
    }
    let top = rows.iter().copied().fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_precision_loss, reason = "there are at most 5,000 nodes")]
    let at = |place: usize| Point { x: 120.0 + column[place] as f64 * COLUMN, y: ((rows[place] - top + 75.0) / 15.0).round() * 15.0 };
    places.iter().enumerate().map(|(place, node)| (node.clone(), at(place))).collect()
}

/// What follows one another stands in one row, where nothing is in its way: a chain makes no stairs.
fn straighten(members: &[Vec<usize>], ways: &[Way], column: &[usize], rows: &mut [f64], height: impl Fn(usize) -> f64) {
    for members in members {
        let mut order: Vec<usize> = Vec::new();
        for place in members {
            order.insert(order.partition_point(|before| rows[*before] <= rows[*place]), *place);
        }
        for (index, place) in order.iter().copied().enumerate() {
            let before = ways.iter().filter(|way| way.to == place && column[way.from] < column[place]).map(|way| rows[way.from]);
            let away = |row: f64| (row - rows[place]).abs();
            let nearest =
                before.filter(|row| away(*row) < ROW / 2.0).reduce(|one, other| if away(other) < away(one) { other } else { one });
            let least = index.checked_sub(1).map_or(f64::NEG_INFINITY, |before| rows[order[before]] + height(order[before]));
            let most = order.get(index + 1).map_or(f64::INFINITY, |after| rows[*after] - height(place));
            if let Some(row) = nearest.filter(|row| (least..=most).contains(row)) {
                rows[place] = row;
            }
        }
    }
}

/// What only dead letters reach.
pub(super) fn only_dead_letters_reach(plan: Plan<'_>) -> Vec<Place> {
    let (places, edges) = ways(plan);
    let lane = lane(places.len(), &edges);
    places.into_iter().zip(lane).filter(|(_, is_dead)| *is_dead).map(|(place, _)| place).collect()
}

/// The parts, each service once, and the lines between them.
fn ways(plan: Plan<'_>) -> (Vec<Place>, Vec<Way>) {
    let mut places: Vec<Place> = geometry::places(plan).into_iter().map(|place| geometry::moved_as(&place)).collect();
    places.dedup();
    let index: OrderedMap<&Place, usize> = places.iter().enumerate().map(|(index, place)| (place, index)).collect();
    let index = |place: &Place| index.get(&geometry::moved_as(place)).copied();
    let edges = geometry::edges(plan)
        .iter()
        .filter_map(|edge| Some(Way { from: index(&edge.from)?, to: index(&edge.to)?, dead: edge.kind == EdgeKind::DeadLetters }))
        .filter(|way| way.from != way.to)
        .collect();
    (places, edges)
}

/// A line from one part to another, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    from: usize,
    to: usize,
    /// It brings dead letters: its end stands beneath its beginning.
    dead: bool,
}

/// What only dead letters reach, and what they reach from there: the way of dead letters that nothing else takes.
fn lane(nodes: usize, edges: &[Way]) -> Vec<bool> {
    let mut next = vec![Vec::new(); nodes];
    for way in edges.iter().filter(|way| !way.dead) {
        next[way.from].push(way.to);
    }
    let reached = |from: &mut dyn Iterator<Item = usize>| {
        let mut seen = vec![false; nodes];
        let mut open: Vec<usize> = from.collect();
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut seen[node], true) {
                open.extend(&next[node]);
            }
        }
        seen
    };
    let dead = reached(&mut edges.iter().filter(|way| way.dead).map(|way| way.to));
    // Where dead letters close a circle to which nothing leads, messages begin at its first part.
    let mut starts = vec![false; nodes];
    let mut begun = vec![false; nodes];
    let together = together(nodes, edges);
    for node in (0..nodes).filter(|node| !dead[*node]) {
        begun[together[node]] = true;
    }
    for node in 0..nodes {
        starts[node] = !dead[node] || !std::mem::replace(&mut begun[together[node]], true);
    }
    let alive = reached(&mut (0..nodes).filter(|node| starts[*node]));
    (0..nodes).map(|node| dead[node] && !alive[node]).collect()
}

/// Of each node the first of those with which lines connect it.
fn together(nodes: usize, edges: &[Way]) -> Vec<usize> {
    let mut near = vec![Vec::new(); nodes];
    for way in edges {
        near[way.from].push(way.to);
        near[way.to].push(way.from);
    }
    let mut first = vec![nodes; nodes];
    for start in 0..nodes {
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if first[node] == nodes {
                first[node] = start;
                open.extend(&near[node]);
            }
        }
    }
    first
}

/// The column of each node: one more than the last of the nodes that lead to it. A line that leads back, as a retry does, counts for no
/// column. So no column is empty, and there are never more columns than nodes. Dead letters fall within their column.
fn columns(nodes: usize, edges: &[Way]) -> Vec<usize> {
    let mut next = vec![Vec::new(); nodes];
    let mut leads_here = vec![false; nodes];
    for way in edges {
        next[way.from].push((way.to, usize::from(!way.dead)));
        leads_here[way.to] = true;
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
                Some((to, step)) => {
                    // An edge to a node that is still open closes a circle: it leads back.
                    if !open[*to] {
                        onward[node].push((*to, *step));
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
        for (to, step) in &onward[node] {
            column[*to] = column[*to].max(column[node] + step);
        }
    }
    column
}

/// How much a node takes of its column: the card of a service has all its instances.
fn height(plan: Plan<'_>, place: &Place) -> f64 {
    ROW + geometry::card(plan, place).map_or(0.0, |card| (card.height - geometry::QUEUE.height).max(0.0))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::{ROW, Way, columns, lane, straighten, together};
    use proptest::prelude::*;

    fn ways(pairs: &[(usize, usize)]) -> Vec<Way> {
        pairs.iter().map(|(from, to)| Way { from: *from, to: *to, dead: false }).collect()
    }

    fn dead(from: usize, to: usize) -> Way {
        Way { from, to, dead: true }
    }

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
            assert_eq!(columns(nodes, &ways(&edges)), expected, "{edges:?}");
        }
    }

    #[test]
    fn only_what_nothing_but_dead_letters_reaches_is_in_the_lane() {
        // Exchange, queue, service; dead-letter exchange, its queue, a service that publishes what it reads there again; a publisher.
        let live = ways(&[(0, 1), (1, 2), (3, 4), (4, 5), (5, 0), (6, 0)]);
        let with = |more: &[Way]| live.iter().chain(more).copied().collect::<Vec<Way>>();
        for (edges, expected) in [
            (with(&[dead(1, 3)]), [false, false, false, true, true, true, false]),
            // A queue for retries gives back to the first exchange.
            (with(&[dead(1, 3), dead(4, 0)]), [false, false, false, true, true, true, false]),
            // The service publishes there as well.
            (with(&[dead(1, 3), Way { from: 2, to: 3, dead: false }]), [false; 7]),
            (with(&[]), [false; 7]),
        ] {
            assert_eq!(lane(7, &edges), expected, "{edges:?}");
        }
        // An exchange, its queue, and dead letters that come back: nothing else leads there.
        let circle = [&*ways(&[(0, 1)]), &[dead(1, 0)]].concat();
        assert_eq!(lane(2, &circle), [false, false], "a circle begins somewhere");
        assert_eq!(columns(4, &[&*ways(&[(0, 1), (2, 3)]), &[dead(1, 2)]].concat()), [0, 1, 1, 2], "it begins beneath its queue");
    }

    #[test]
    fn a_chain_stands_in_one_row_and_a_fan_in_several() {
        // A chain of four with small steps, and a fan of three from its end.
        let ways = ways(&[(0, 1), (1, 2), (2, 3), (2, 4), (2, 5)]);
        let (members, column) = (vec![vec![0], vec![1], vec![2], vec![3, 4, 5]], [0, 1, 2, 3, 3, 3]);
        let mut rows = vec![0.0, 15.0, 30.0, -90.0, 45.0, 180.0];
        straighten(&members, &ways, &column, &mut rows, |_| ROW);
        assert_eq!(rows, [0.0, 0.0, 0.0, -90.0, 45.0, 180.0], "the fan has no room to move, and is whole");
        let mut rows = vec![0.0, 15.0, 30.0, -140.0, 20.0, 180.0];
        straighten(&members, &ways, &column, &mut rows, |_| ROW);
        assert_eq!(rows, [0.0, 0.0, 0.0, -140.0, 0.0, 180.0]);
    }

    proptest! {
        /// What is drawn together has a part that is not beneath: the lane is beneath something.
        #[test]
        fn the_lane_is_beneath_something((nodes, edges) in (1_usize..20).prop_flat_map(|nodes| {
            (Just(nodes), prop::collection::vec((0..nodes, 0..nodes, any::<bool>()), 0..40))
        })) {
            let edges: Vec<Way> = edges.into_iter().map(|(from, to, dead)| Way { from, to, dead }).collect();
            let (lane, together) = (lane(nodes, &edges), together(nodes, &edges));
            for node in 0..nodes {
                prop_assert!((0..nodes).any(|other| together[other] == together[node] && !lane[other]), "{:?}", edges);
            }
        }

        /// In every graph, circles and all: no column is empty. A node in a later column than the first has a node in the column before
        /// that leads to it.
        #[test]
        fn no_column_is_empty((nodes, edges) in (1_usize..40).prop_flat_map(|nodes| {
            (Just(nodes), prop::collection::vec((0..nodes, 0..nodes), 0..120))
        })) {
            let edges: Vec<(usize, usize)> = edges.into_iter().filter(|(from, to)| from != to).collect();
            let column = columns(nodes, &ways(&edges));
            for (node, at) in column.iter().enumerate().filter(|(_, at)| **at > 0) {
                let before = edges.iter().any(|(from, to)| *to == node && column[*from] + 1 == *at);
                prop_assert!(before, "nothing leads to {node} in column {at}");
            }
        }
    }
}
