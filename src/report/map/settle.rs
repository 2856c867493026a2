//! Moves things that stand in rows as near to what they are linked to as the things beside them let them.

/// How often at most all rows are looked at, and what no longer counts as moved.
const ROUNDS: usize = 300;
const STILL: f64 = 0.1;

/// Moves the centres of things of these widths. In each row they keep their order, and this distance at least.
pub(super) fn settle(
    rows: &[Vec<usize>],
    widths: &[f64],
    links: &[(usize, usize)],
    distance: f64,
    centres: &mut [f64],
) {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); centres.len()];
    for (one, other) in links {
        near[*one].push(*other);
        near[*other].push(*one);
    }
    for round in 0..ROUNDS {
        let mut moved = 0.0_f64;
        for at in 0..rows.len() {
            // Down, and up again, so that neither end weighs more.
            let row = if round % 2 == 0 { &rows[at] } else { &rows[rows.len() - 1 - at] };
            let wanted = row.iter().map(|at| match near[*at].as_slice() {
                [] => centres[*at],
                near => near.iter().map(|at| centres[*at]).sum::<f64>() / count(near.len()),
            });
            let found = apart(row.iter().map(|at| widths[*at]), wanted, distance);
            for (at, centre) in row.iter().zip(found) {
                moved = moved.max((centres[*at] - centre).abs());
                centres[*at] = centre;
            }
        }
        if moved < STILL {
            break;
        }
    }
}

/// The centres nearest to those wanted at which things of these widths stand in this order and so far apart: those
/// that would be nearer are moved together, by the mean of what they want (isotonic regression, by pooling adjacent
/// violators).
fn apart(widths: impl Iterator<Item = f64>, wanted: impl Iterator<Item = f64>, distance: f64) -> Vec<f64> {
    // How far from the first each is when all stand as close as they may.
    let mut offsets: Vec<f64> = Vec::new();
    let mut before = 0.0;
    for width in widths {
        let step = f64::midpoint(before, width) + distance;
        offsets.push(offsets.last().map_or(0.0, |last| last + step));
        before = width;
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (offset, wanted) in offsets.iter().zip(wanted) {
        let mut pool = (wanted - offset, 1);
        while let Some((mean, members)) = pools.pop_if(|(mean, _)| *mean > pool.0) {
            let all = members + pool.1;
            pool = ((mean * count(members) + pool.0 * count(pool.1)) / count(all), all);
        }
        pools.push(pool);
    }
    let means = pools.into_iter().flat_map(|(mean, members)| std::iter::repeat_n(mean, members));
    offsets.iter().zip(means).map(|(offset, mean)| offset + mean).collect()
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::{apart, settle};

    fn centres(widths: &[f64], wanted: &[f64]) -> Vec<f64> {
        apart(widths.iter().copied(), wanted.iter().copied(), 10.0)
    }

    #[test]
    fn what_has_room_stands_where_it_wants() {
        assert_eq!(centres(&[20.0, 20.0], &[0.0, 100.0]), [0.0, 100.0]);
        assert_eq!(centres(&[], &[]), [] as [f64; 0]);
    }

    #[test]
    fn what_has_none_gives_way_alike() {
        // 30 apart at least, round the middle of what both want.
        assert_eq!(centres(&[20.0, 20.0], &[50.0, 50.0]), [35.0, 65.0]);
        assert_eq!(centres(&[20.0, 40.0], &[50.0, 50.0]), [30.0, 70.0]);
        // The order stays, whatever is wanted.
        assert_eq!(centres(&[20.0, 20.0], &[90.0, 10.0]), [35.0, 65.0]);
        assert_eq!(centres(&[20.0, 20.0, 20.0], &[0.0, 200.0, 100.0]), [0.0, 135.0, 165.0]);
    }

    #[test]
    fn a_thing_comes_to_stand_between_those_it_is_linked_to() {
        let mut centres = [0.0, 500.0, 900.0];
        settle(&[vec![0, 1], vec![2]], &[20.0; 3], &[(0, 2), (1, 2)], 10.0, &mut centres);
        let [one, other, below] = centres;
        assert!(
            (other - one - 30.0).abs() < 1.0 && (below - f64::midpoint(one, other)).abs() < 1.0,
            "{centres:?}"
        );
    }
}
